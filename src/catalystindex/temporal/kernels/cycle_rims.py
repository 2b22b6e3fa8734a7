"""The rims of a cycle search: who was paid by the payee of a new payment, and who paid its payer.

A payment u -> v closes cycles that begin with a payment of v and end with one to u. The *early rim*
holds the accounts that v paid, the *late rim* those that paid u, each with its payments. Payments
between the same two are looked at together, and a search ends before the other rim: a path that has
come to account y by row r makes as many cycles as v has paid y before r, which is a binary search.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.kernels.strict import row_after
from catalystindex.temporal.layout import Ints, Longs


class Rim(NamedTuple):
    """Accounts beside one end of a new payment, in groups of payments."""

    stamp: Longs
    """By code + 1: ``mark`` + number of the account's group, or less where it has none."""
    account: Ints
    """By group."""
    begin: Ints
    """By group: where its keys begin; the end of the last one follows."""
    key: Ints
    """By payment, ascending in a group. Early rim: the first row of a later time; a row flows from
    the payment if the key is at most the row. Late rim: the first row of the same time; a row flows
    into the payment if the key is more than the row."""
    mark: int
    groups: int
    late: bool


@inlined
def group_of(rim: Rim, account: int) -> int:
    """Return the number of an account's group, -1 if it has none (cash never has)."""
    group = rim.stamp[account + 1] - rim.mark
    if group < 0 or group >= rim.groups:
        group = -1
    return int(group)


@inlined
def fitting(rim: Rim, group: int, row: int) -> int:
    """Count payments of a group that a row can follow (early rim) or precede (late rim)."""
    low, high = rim.begin[group], rim.begin[group + 1]
    while low < high:
        middle = (low + high) >> 1
        if rim.key[middle] <= row:
            low = middle + 1
        else:
            high = middle
    count = low - rim.begin[group]
    if rim.late:
        count = rim.begin[group + 1] - low
    return int(count)


@compiled
def pairs_between(early: Rim, first: int, late: Rim, second: int) -> int:
    """Count pairs of a payment of an early group and a later one of a late group."""
    found, here, stop = 0, early.begin[first], early.begin[first + 1]
    for there in range(late.begin[second], late.begin[second + 1]):
        while here < stop and early.key[here] <= late.key[there]:
            here += 1
        found += here - early.begin[first]
    return found


@folded
def _numbered(others: Ints, rim: Rim, begin: int, stop: int, account: int, partner: int) -> int:
    """Give the accounts beside one numbers, count the payments of each; return how many."""
    groups = 0
    rim.begin[0], rim.begin[1] = 0, 0
    for position in range(begin, stop):
        other = others[position]
        if other < 0 or other in (account, partner):
            continue
        group = rim.stamp[other + 1] - rim.mark
        if group < 0:
            group = groups
            rim.stamp[other + 1] = rim.mark + group
            rim.account[group], rim.begin[group + 2] = other, 0
            groups += 1
        rim.begin[group + 2] += 1
    return groups


@folded
def gathered(
    rows: Ints, others: Ints, tie: Ints, base: int, rim: Rim, begin: int, stop: int, account: int,
    partner: int, high: int,
) -> Rim:  # fmt: skip
    """Return a rim filled from the entries (of `Lists`) from ``begin`` to ``stop`` of an account.

    Payments with ``partner``, the other end of the new payment, are left out: they are in no path
    of two payments or more. ``high`` is the first row of the new payment's time.
    """
    groups = _numbered(others, rim, begin, stop, account, partner)
    for group in range(groups):
        rim.begin[group + 2] += rim.begin[group + 1]
    for position in range(begin, stop):
        other = others[position]
        if other < 0 or other in (account, partner):
            continue
        row, place = rows[position], rim.stamp[other + 1] - rim.mark + 1
        key = tie[row - base]
        if not rim.late:
            key = row_after(tie, base, row, high)
        rim.key[rim.begin[place]] = key
        rim.begin[place] += 1
    return Rim(rim.stamp, rim.account, rim.begin, rim.key, rim.mark, groups, rim.late)
