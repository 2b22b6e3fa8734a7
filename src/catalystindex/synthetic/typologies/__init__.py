"""Abuse by construction: one module per typology, each plants one pattern."""
