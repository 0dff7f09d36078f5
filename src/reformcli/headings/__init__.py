"""Which column of a sheet is which field, and which rows below are dossiers."""
