"""Each module turns the same result into one kind of output, and computes nothing."""
