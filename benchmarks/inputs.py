"""Write the inputs of a benchmark. A process of its own: what the driver itself holds would count as a child's peak.

Usage: python inputs.py FOLDER ROWS
"""

from __future__ import annotations

import sys
from pathlib import Path

from reformcli.sample import write_large

if __name__ == "__main__":
    folder, rows = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("xlsx", "csv"):
        path = folder / f"{rows}.{ending}"
        if not path.exists():
            write_large(path, rows)
