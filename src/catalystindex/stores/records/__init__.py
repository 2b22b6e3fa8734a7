"""Records: knowledge bases, documents, chunk text, statistics and audit, in one database."""
