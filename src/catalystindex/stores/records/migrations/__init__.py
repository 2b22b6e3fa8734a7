"""Alembic migrations of the records, run by the owner at start."""
