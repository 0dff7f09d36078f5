"""The command line: one file per command; each parses arguments, calls one library function and prints."""

from reformcli.cli.app import main

__all__ = ["main"]
