"""Vectors: chunks found by meaning and by words, under tenant and filters."""
