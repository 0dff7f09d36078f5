"""`python -m reformcli` and the `reformcli` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit; Ctrl-C ends it quietly, even while the program still loads."""
    try:
        from reformcli.cli import main as run

        code = run()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
