"""Search: plan, retrieve, fuse, cite. Each step is a small function that leaves its trace."""
