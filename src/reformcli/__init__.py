"""Compute, explain and prove Vietnam's administrative-reform indicators from dossier exports."""

__version__ = "0.1.0"
