"""What the event stream counts and shows. Each label has a closed list of values."""
