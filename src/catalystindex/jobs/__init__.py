"""Background work: compute worker processes and the dispatcher that feeds them."""
