"""Pass-through chains and through-flow by their definitions: every chain is tried."""

from collections.abc import Iterator
from fractions import Fraction

from support.payment_graphs import CASH, Row
from support.references.cycles import is_transfer


def chains(
    rows: list[Row], at: int, window: int, longest: int, delay: int, low: float, high: float
) -> Iterator[list[int]]:
    """Yield the rows of every chain that a row ends, itself last."""
    last = rows[at]
    if not is_transfer(last):
        return
    stack = [[at]]
    while stack:
        chain = stack.pop()
        yield chain
        head = rows[chain[0]]
        on_it = {rows[one].source for one in chain} | {last.target}
        for number, row in enumerate(rows[: chain[0]] if len(chain) < longest else ()):
            soon = head.time - delay <= row.time < head.time and row.time >= last.time - window
            share = low * row.amount <= head.amount <= high * row.amount
            goes_on = row.target == head.source and row.source not in on_it
            if is_transfer(row) and soon and share and goes_on:
                stack.append([number, *chain])


def longest_chain(
    rows: list[Row], at: int, window: int, longest: int, delay: int, low: float, high: float
) -> list[int]:
    """Return the best chain: the longest, the largest share, the newest rows; empty if none."""
    found = list(chains(rows, at, window, longest, delay, low, high))
    return max(
        found,
        key=lambda chain: (len(chain), rows[at].amount / rows[chain[0]].amount, chain[::-1]),
        default=[],
    )


def flow(rows: list[Row], at: int, window: int) -> tuple[int, float]:
    """Return what came in to the payer of a row, and the share that went out up to that row."""
    payer, target, now, _ = rows[at]
    if payer in (CASH, target):
        return 0, 0.0
    seen = [row for row in rows[: at + 1] if row.time >= now - window and row.source != row.target]
    came = sum(row.amount for row in seen if row.target == payer and row.time < now)
    pool, moved = 0, 0
    for time in sorted({row.time for row in seen}):
        for row in seen:
            if row.time == time and row.source == payer:
                taken = min(pool, row.amount)
                pool, moved = pool - taken, moved + taken
        pool += sum(row.amount for row in seen if row.time == time and row.target == payer)
    return came, float(Fraction(moved, came)) if came else 0.0
