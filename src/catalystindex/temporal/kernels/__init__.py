"""Compiled functions over the arrays of a window."""
