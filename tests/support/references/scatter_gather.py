"""Scatter-gathers, word for word as they are defined."""

from collections.abc import Sequence

from support.payment_graphs import CASH, Row


def seen_by(rows: Sequence[Row], at: int, window: int) -> list[Row]:
    """Return the payments between two accounts that row ``at`` sees in its window, in order."""
    since = rows[at].time - window
    return [
        row
        for row in rows[: at + 1]
        if row.time >= since and CASH not in (row.source, row.target) and row.source != row.target
    ]


def middlemen_by_source(rows: Sequence[Row], at: int, window: int) -> dict[int, set[int]]:
    """Return the middlemen of each source of a row."""
    middle, sink, now = rows[at].source, rows[at].target, rows[at].time
    if CASH in (middle, sink) or middle == sink:
        return {}
    seen = seen_by(rows, at, window)
    sources = {a.source for a in seen if a.target == middle and a.time < now} - {sink}
    return {
        source: {
            b.source
            for b in seen
            if b.target == sink
            and b.source != source
            and any(a.source == source and a.target == b.source and a.time < b.time for a in seen)
        }
        for source in sources
    }


def scatter_gather(rows: Sequence[Row], at: int, window: int) -> tuple[int, int]:
    """Return the most middlemen of a source, and the sources with two or more."""
    found = middlemen_by_source(rows, at, window).values()
    return max(map(len, found), default=0), sum(len(one) >= 2 for one in found)


def paths(rows: Sequence[Row], at: int, window: int, source: int) -> list[int]:
    """Return the numbers of the rows on paths from a source over a middleman to the sink."""
    sink, since = rows[at].target, rows[at].time - window
    found = set()
    for a, scatter in enumerate(rows[: at + 1]):
        for b, gather in enumerate(rows[: at + 1]):
            if (
                since <= scatter.time < gather.time
                and scatter.source == source
                and scatter.target == gather.source
                and gather.target == sink
                and CASH != gather.source != source
                and gather.source != sink
            ):
                found |= {a, b}
    return sorted(found)
