"""Parsers: one module per kind of document, chosen by content."""
