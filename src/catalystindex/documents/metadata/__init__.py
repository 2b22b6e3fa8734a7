"""Typed metadata found in the text of a chunk, and what a policy or a caller must say."""
