"""The owner: the one process that holds a data folder and applies every effect."""
