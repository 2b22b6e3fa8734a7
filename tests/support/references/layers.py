"""Layers and stacks of them, word for word as they are defined."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from support.payment_graphs import CASH, Row
from support.references.scatter_gather import seen_by


@dataclass
class Layered:
    """What stands upon what, as of a row; all empty without a layer."""

    layers: list[set[int]] = field(default_factory=list)
    """The senders, then those above."""
    receivers: set[int] = field(default_factory=set)
    last: dict[int, int] = field(default_factory=dict)
    """Time of the last payment by which a member belongs to its layer."""
    pairs: int = 0

    @property
    def features(self) -> tuple[float, ...]:
        if not self.layers:
            return 0, 0, 0, 0
        senders, receivers = len(self.layers[0]), len(self.receivers)
        return senders, receivers, self.pairs / (senders * receivers), len(self.layers)


def layered(rows: Sequence[Row], at: int, window: int) -> Layered:
    """Return the layers of a row."""
    payer, payee = rows[at].source, rows[at].target
    if CASH in (payer, payee) or payer == payee:
        return Layered()
    seen = seen_by(rows, at, window)
    paid = {
        one: {row.target for row in seen if row.source == one} for row in seen for one in row[:2]
    }
    others = {
        one
        for one in paid
        if one != payer
        and one not in paid[payer]
        and payee in paid[one]
        and len(paid[one] & paid[payer]) >= 2
    }
    if not others:
        return Layered()
    senders = others | {payer}
    receivers = {one for one in paid[payer] if any(one in paid[other] for other in others)}
    pairs = sum(len(paid[one] & receivers) for one in senders)
    last = {
        one: max(row.time for row in seen if row.source == one and row.target in receivers)
        for one in senders
    }
    found = Layered([senders], receivers, last, pairs)
    while len(found.layers) < 3 and _climb(seen, found):
        pass
    return found


def _climb(seen: Sequence[Row], found: Layered) -> bool:
    """Add the layer above, if there is one."""
    below, members = found.layers[-1], set().union(*found.layers) | found.receivers
    counting = [
        row
        for row in seen
        if row.target in below and row.source not in members and row.time < found.last[row.target]
    ]
    above = {
        row.source
        for row in counting
        if len({other.target for other in counting if other.source == row.source}) >= 2
    }
    if len(above) < 2:
        return False
    for one in above:
        found.last[one] = max(row.time for row in counting if row.source == one)
    found.layers.append(above)
    return True
