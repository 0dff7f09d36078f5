"""Two results side by side, and the dossiers behind each change."""
