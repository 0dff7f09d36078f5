"""The READ room: any export file becomes text cells with their physical places, or one clear error.

The entry is `exports.read_all`. Nothing is imported here: a guarded reader starts as fast as it can. The modules import
the standard library only; fastexcel, pyarrow, lxml and the like are imported when a file is read.
"""
