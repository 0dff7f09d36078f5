"""Who handles a dossier, at which level."""
