"""Features of each payment: numbers that say how it lies in the graph and in time."""
