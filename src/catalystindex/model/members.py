"""A bound on the members of an object in a request, before each of them is looked at."""

MAX_MEMBERS = 32
"""Members of an object whose members are all named: no model has as many."""


def few_members(value: object) -> object:
    """Refuse an object with more members than any model has.

    Each unknown member is a mistake of its own, and a body of millions of mistakes would take
    gigabytes to tell. Raises `ValueError`.
    """
    if isinstance(value, dict) and len(value) > MAX_MEMBERS:
        raise ValueError(f"at most {MAX_MEMBERS} members")
    return value
