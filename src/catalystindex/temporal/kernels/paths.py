"""What searches for paths of payments share."""

from catalystindex.temporal.compiled import inlined
from catalystindex.temporal.layout import Ints, Longs


@inlined
def kept(received: int, passed_on: int, keep_low: float, keep_high: float) -> bool:
    """Tell whether a payment passes on between two shares of the one before it."""
    return keep_low * received <= passed_on and passed_on <= keep_high * received


@inlined
def on_path(accounts: Longs, depth: int, account: int) -> bool:
    """Tell whether one of the accounts 0 to ``depth`` of a path is this one."""
    found = False
    for step in range(depth + 1):
        found = found or accounts[step] == account
    return found


@inlined
def record(rows: Longs, depth: int, row: int, found: Ints) -> None:
    """Write a path in order of time, then -1: ``row`` and the rows of 0 to ``depth``, backwards."""
    found[0] = row
    for step in range(depth + 1):
        found[step + 1] = rows[depth - step]
    for step in range(depth + 2, len(found)):
        found[step] = -1
