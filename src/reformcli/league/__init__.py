"""Places among provinces or units, from published scores."""
