"""Write the inputs of a benchmark with `reformcli sample`, each in a process of its own, so that none of it stays here.

Usage: python inputs.py FOLDER ROWS [xlsx] [csv] [parquet]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    folder, rows = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    for ending in sys.argv[3:] or ("xlsx", "csv"):
        path = folder / f"{rows}.{ending}"
        if not path.exists():
            subprocess.run([sys.executable, "-m", "reformcli", "sample", path, "--rows", rows, "--quiet"], check=True)
