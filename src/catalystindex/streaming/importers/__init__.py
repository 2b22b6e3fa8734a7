"""Reading events out of the files that others keep them in, one module per format."""
