"""The HTTP edge: routes, access, problems. Nothing is decided here that a library could decide."""
