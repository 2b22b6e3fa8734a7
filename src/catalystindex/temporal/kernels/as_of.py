"""Looking up what held at a time: the steps of each account lie in a block, in order of time."""

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Ints, Longs


@compiled
def _steps_until(time: Longs, low: int, high: int, until: int) -> int:
    """Return the place after the last step of a block that is at or before a time."""
    while low < high:
        middle = (low + high) >> 1
        if time[middle] <= until:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def steps_as_of(start: Longs, time: Longs, accounts: Ints, times: Longs, out: Longs) -> None:
    """Set out[i] to the place of the last step of accounts[i] at or before times[i], else -1.

    Account ``a`` has steps ``start[a]`` to ``start[a + 1]``; codes beyond have none.
    """
    known = len(start) - 1
    for i in range(len(accounts)):
        account = accounts[i]
        out[i] = -1
        if 0 <= account < known:
            first = start[account]
            after = _steps_until(time, first, start[account + 1], times[i])
            if after > first:
                out[i] = after - 1
