"""Late dossiers: who has them, since when, and for which cause."""
