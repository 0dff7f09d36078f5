"""Targets, and what would raise the score."""
