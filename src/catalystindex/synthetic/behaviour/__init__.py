"""What people and companies do on ordinary days, one module per concern."""
