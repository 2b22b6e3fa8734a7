"""One module per tier: each returns its chunks of a `ChunkSource`, in the order of the text."""
