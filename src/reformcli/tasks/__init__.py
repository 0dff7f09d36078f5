"""Assigned tasks: what was done, what is due, what is overdue."""
