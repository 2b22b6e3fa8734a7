"""The hash chain of everything that was done."""
