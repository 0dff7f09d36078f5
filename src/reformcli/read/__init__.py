"""The READ room: any export file becomes text cells with their physical places, or one clear error.

Only the standard library is imported here; fastexcel, pyarrow and defusedxml are imported when a file is read.
"""

from reformcli.read.discover import discover
from reformcli.read.exports import Readings, read_all, read_exports
from reformcli.read.sniff import is_parquet

__all__ = ["Readings", "discover", "is_parquet", "read_all", "read_exports"]
