"""A synthetic bank: population, behaviour, and abuse with true ground truth."""
