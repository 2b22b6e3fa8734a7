"""The temporal window: payments as columns and graph, and what is computed over them."""
