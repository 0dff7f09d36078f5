"""The catalogue of procedures: what is online, and what is made of it."""
