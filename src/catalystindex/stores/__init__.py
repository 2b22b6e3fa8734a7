"""The ports: what the product keeps, each with an embedded engine and room for a server one."""
