"""What is lawful and looks like abuse: one module per kind, each plants one pattern."""
