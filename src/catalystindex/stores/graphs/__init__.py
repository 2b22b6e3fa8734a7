"""The entity graph: who holds, owns, controls, pays and knows whom."""
