"""The reading alone, as every command does it: guarded, in a child process; nothing is parsed or counted.

Usage: python reader.py FILE [SHARE]: with a share, the child works so much longer, as a regression of it would.
"""

from __future__ import annotations

import sys

_SLOWER = """
import time
from reformcli.read import child, xlsx
read = xlsx.read_workbook

def slower(payload, **options):
    began = time.process_time()
    content = read(payload, **options)
    end = time.process_time() + {share} * (time.process_time() - began)
    while time.process_time() < end:
        pass
    return content

xlsx.read_workbook = slower
child.main()
"""


def rows(path: str, share: float) -> int:
    """Read a file; the number of its rows."""
    from reformcli.read import guard
    from reformcli.read.exports import read_exports

    if share:
        guard._START = _SLOWER.format(share=share)
    return sum(sheet.cells.num_rows for sheet in read_exports([path])[0])


if __name__ == "__main__":
    print(rows(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0))
