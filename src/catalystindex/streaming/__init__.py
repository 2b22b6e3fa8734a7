"""The event stream: its codec, its log's users, and the consumers of graph and index."""
