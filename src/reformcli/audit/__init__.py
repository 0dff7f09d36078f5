"""Where a figure comes from and whether it still is what it was: explain, verify, reconcile, compare --history."""
