"""What happened, as typed events: one envelope, one payload per kind."""
