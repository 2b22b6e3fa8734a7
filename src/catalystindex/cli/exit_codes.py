"""What commands leave with when they ended, but not with all they were to do."""

SOME_FAILED = 3
"""Some documents of a job failed, or some rows or events could not be read."""

CANCELLED = 4
"""A job was cancelled and none of its documents failed."""
