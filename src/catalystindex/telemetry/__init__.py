"""What the running product says about itself: logs and metrics."""
