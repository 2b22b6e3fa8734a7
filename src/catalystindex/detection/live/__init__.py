"""Detection on the live stream: a consumer group of its own."""
