"""Getting documents from where they are: one module per kind of source."""
