"""What things are: the nouns of the product, its errors, ids and clock. No I/O."""
