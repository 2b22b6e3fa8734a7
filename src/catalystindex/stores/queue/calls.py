"""What a call may be, for every engine, and what a call does when a stranger runs it."""

MAX_WAITING = 1000
"""Calls that a lane keeps. More wake nobody sooner: whoever comes looks until there is no work."""

MAX_IDENT = 200
"""Characters of an id. Ours have 26; the rest is room for prefixes."""


def countable(ident: str, calls: int) -> int:
    """Return how many calls to leave, at most `MAX_WAITING`. Raises `ValueError` for bad input."""
    if len(ident) > MAX_IDENT:
        raise ValueError(f"the id of a call has {len(ident)} characters; {MAX_IDENT} are allowed")
    if calls < 0:
        raise ValueError(f"{calls} calls cannot be left")
    return min(calls, MAX_WAITING)


def look(_ident: str) -> None:
    """Do nothing. Calls name this function, so that a foreign `rq worker` does no harm.

    Our own workers only read the id. Such a worker takes calls away from them, which costs a delay
    of one look and no document.
    """
