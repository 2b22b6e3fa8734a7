"""Degree, fan, moments and gather-scatter of a payment, from their definitions."""

from itertools import pairwise

from support.payment_graphs import CASH, Row
from support.references.moments import moments


def _side(seen: list[Row], account: int, out: bool, most: int) -> tuple[dict[str, float], bool]:
    """Return the statistics of one list of an account, and whether it was cut."""
    entries = [row for row in seen if (row.source if out else row.target) == account]
    if account == CASH:
        entries = []
    degree, entries = len(entries), entries[-most:]
    others = {row.target if out else row.source for row in entries} - {account, CASH}
    amounts = [row.amount for row in entries]
    times = [row.time for row in entries]
    gaps = moments([later - sooner for sooner, later in pairwise(times)])
    found: dict[str, float] = {"degree": degree, "fan": len(others), "amount_sum": sum(amounts)}
    found |= {f"amount_{name}": value for name, value in moments(amounts).items()}
    for name, value in gaps.items():
        unit = {"skew": 1.0, "kurtosis": 1.0, "variance": 1e12}.get(name, 1e6)
        found[f"gap_{name}"] = value / unit
    return found, degree > most


def statistics(rows: list[Row], at: int, window: int, most: int) -> tuple[dict[str, float], bool]:
    """Return the statistics of a row by name of column, and whether a list was cut."""
    row = rows[at]
    seen = [one for one in rows[: at + 1] if one.time >= row.time - window]
    found: dict[str, float] = {}
    cut = False
    for who, account in (("source", row.source), ("target", row.target)):
        for direction in ("out", "into"):
            side, capped = _side(seen, account, direction == "out", most)
            found |= {f"{who}_{direction}_{name}": value for name, value in side.items()}
            cut |= capped
        out, into = found[f"{who}_out_degree"], found[f"{who}_into_degree"]
        found[f"{who}_degree_ratio"] = out / max(into, 1)
    return found, cut


def gather_scatter(
    rows: list[Row], at: int, window: int, most: int
) -> tuple[dict[str, float], bool]:
    """Return gather-scatter at the payer of a row, and whether a list was cut."""
    hub, target, now, _ = rows[at]
    nothing = dict.fromkeys(("senders", "gathered", "receivers", "scattered"), 0.0)
    if hub == target or CASH in (hub, target):
        return nothing, False
    since = now - window
    into = [row for row in rows if row.target == hub and since <= row.time < now]
    cut = len(into) > most
    gathered = [row for row in into[-most:] if row.source not in (hub, CASH)]
    if not gathered:
        return nothing, cut
    out = [row for row in rows[: at + 1] if row.source == hub and row.time > gathered[0].time]
    cut |= len(out) > most
    scattered = [row for row in out[-most:] if row.target not in (hub, CASH)]
    return {
        "senders": len({row.source for row in gathered}),
        "gathered": sum(row.amount for row in gathered),
        "receivers": len({row.target for row in scattered}),
        "scattered": sum(row.amount for row in scattered),
    }, cut
