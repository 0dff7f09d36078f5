"""`python -m reformcli` and the `reformcli` command."""

from __future__ import annotations

import sys

from reformcli.cli import main

if __name__ == "__main__":
    sys.exit(main())
