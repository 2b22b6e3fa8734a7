"""Artifacts: raw files and what was derived from them, as objects under a tenant's prefix."""
