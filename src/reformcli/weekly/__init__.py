"""The run of every week, from one file."""
