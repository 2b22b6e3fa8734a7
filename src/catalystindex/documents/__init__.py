"""From bytes to chunks: detect, parse, chunk, embed, and the tasks that compute workers run."""
