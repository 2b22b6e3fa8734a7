"""Optical character recognition: pictures of text to lines with boxes and confidence."""
