"""What events say about the entity graph, and the sink that applies it."""
