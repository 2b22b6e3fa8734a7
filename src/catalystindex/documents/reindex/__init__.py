"""Index generations: built beside the one that answers, swapped in at once, rolled back."""
