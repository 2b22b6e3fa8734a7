"""Text to vectors: dense by a sentence encoder on the CPU, sparse by BM25 term weights."""
