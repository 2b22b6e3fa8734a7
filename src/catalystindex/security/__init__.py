"""Who calls and what they may do. The only package that makes a tenant."""
