"""Chunking: policies, and the cutting of text at exact token counts."""
