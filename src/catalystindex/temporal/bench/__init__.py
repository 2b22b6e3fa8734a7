"""Measuring the window and its features on streams that others can be measured on too."""
