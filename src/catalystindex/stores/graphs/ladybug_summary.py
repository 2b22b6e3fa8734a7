"""Counts and sums: of one entity, and of the whole graph."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, NamedTuple, cast

from catalystindex.stores.graphs.base import Bounds, EdgeLabel, Profile, SharedAttribute
from catalystindex.stores.graphs.ladybug_file import Transaction
from catalystindex.stores.graphs.ladybug_read import Reader
from catalystindex.stores.graphs.ladybug_schema import TELLING, UNKNOWN, entity_of

_ATTRIBUTES: Final = (EdgeLabel.HAS_DEVICE, EdgeLabel.HAS_ADDRESS, EdgeLabel.HAS_PHONE)
_SUMS: Final = (
    "RETURN e.label, e.currency, count(*), count(e.amount), sum(e.amount), min(e.time), max(e.time)"
)
_OUT: Final = f"MATCH (s:Slot {{key: $slot}})-[e:Edge]->(:Slot) {_SUMS}"
_IN: Final = f"MATCH (s:Slot {{key: $slot}})<-[e:Edge]-(:Slot) {_SUMS}"
_EDGE_COUNTS: Final = "MATCH (:Slot)-[e:Edge]->(:Slot) RETURN e.label, count(*)"
_TELLING: Final = (
    "MATCH (n:Entry) WHERE NOT n.deleted AND string_split(n.key, '/')[1] IN $kinds "
    "RETURN n.key, n.version, n.event_id, string_split(n.key, '/')[1]"
)
_SPACE_OF: Final = {kind: space for space, kinds in TELLING.items() for kind in kinds}
_NAMED: Final = (
    "MATCH (s:Slot)-[e:Edge]->(t:Slot) RETURN DISTINCT s.vertex AS vertex UNION "
    "MATCH (s:Slot)<-[e:Edge]-(t:Slot) RETURN DISTINCT s.vertex AS vertex"
)
_PART: Final = 50_000
"""Rows read at once: the library holds all rows of an answer in the graph's buffer."""

_ENTRIES: Final = (
    "MATCH (n:Entry) RETURN count(*)",
    """MATCH (n:Entry) WHERE offset(id(n)) % $parts = $part
    RETURN n.key, n.version, n.event_id, n.deleted, n.time, n.body""",
)
_EDGES: Final = (
    "MATCH (s:Slot)-[e:Edge]->(t:Slot) RETURN count(*)",
    """MATCH (s:Slot)-[e:Edge]->(t:Slot) WHERE offset(id(s)) % $parts = $part
    RETURN e.entry, e.ord, e.label, s.vertex, t.vertex, e.time, e.currency, e.amount""",
)


class _Sums(NamedTuple):
    """Edges of one label and currency at one slot."""

    label: str
    currency: str | None
    edges: int
    payments: int
    amount: int | None
    first: int
    last: int


@dataclass(slots=True)
class _Tally:
    """What is counted over slots."""

    counts: Counter[str] = field(default_factory=Counter)
    payments: dict[str, Counter[str]] = field(
        default_factory=lambda: {"out": Counter(), "in": Counter()}
    )
    amounts: dict[str, Counter[str]] = field(
        default_factory=lambda: {"out": Counter(), "in": Counter()}
    )
    first: int | None = None
    last: int | None = None

    def add_edges(self, way: str, sums: _Sums) -> None:
        """Count edges, and widen the time they span."""
        self.counts[f"{sums.label}.{way}"] += sums.edges
        self.first = sums.first if self.first is None else min(self.first, sums.first)
        self.last = sums.last if self.last is None else max(self.last, sums.last)

    def add_payments(self, way: str, sums: _Sums) -> None:
        """Count payments and add their amounts."""
        if sums.currency is not None:
            self.payments[way][sums.currency] += sums.payments
            self.amounts[way][sums.currency] += int(sums.amount or 0)

    def money(self, way: str) -> dict[str, tuple[int, int]]:
        """Return payments and their sums by currency."""
        payments = self.payments[way]
        return {code: (payments[code], self.amounts[way][code]) for code in sorted(payments)}


def profile(reader: Reader, vertex: str, limit: int) -> Profile:
    """Return a vertex with counts and sums around it.

    A party's payments are those of the accounts it holds. Declined payments are counted as edges,
    not as payments.
    """
    own = _Tally()
    _count(reader, vertex, own, own)
    accounts: dict[str, None] = {}
    truncated = None
    if vertex.startswith("p:"):
        steps = reader.steps(vertex, Bounds(1, limit, (EdgeLabel.HOLDS,)), limit + 1, "out")
        truncated = "limit" if len(steps) > limit else None
        accounts = dict.fromkeys(sorted(step.target for step in steps[:limit]))
        for account in accounts:
            _count(reader, account, _Tally(), own)
    return Profile(
        vertex=reader.vertices([vertex])[vertex],
        counts=dict(sorted(own.counts.items())),
        sent=own.money("out"),
        received=own.money("in"),
        first_seen=own.first,
        last_seen=own.last,
        accounts=list(reader.vertices(accounts).values()),
        truncated=truncated,
    )


def _count(reader: Reader, vertex: str, edges: _Tally, money: _Tally) -> None:
    """Add a vertex's edges to one tally and its payments to another."""
    for slot in reader.slots(vertex):
        for way, query in (("out", _OUT), ("in", _IN)):
            for row in reader.transaction.rows(query, {"slot": slot}):
                sums = _Sums(
                    *cast("tuple[str, str | None, int, int, int | None, int, int]", tuple(row))
                )
                edges.add_edges(way, sums)
                money.add_payments(way, sums)


def shared(reader: Reader, vertex: str, limit: int) -> list[SharedAttribute]:
    """Return attributes that others have too: ``limit`` of its own are looked at, newest first.

    Each with up to ``limit`` of the entities that have it.
    """
    bounds = Bounds(1, limit, _ATTRIBUTES)
    mine = dict.fromkeys(sorted(step.target for step in reader.steps(vertex, bounds, limit, "out")))
    found = []
    for attribute in mine:
        steps = reader.steps(attribute, bounds, limit, "in")
        entities = dict.fromkeys(sorted(step.source for step in steps))
        if set(entities) - {vertex}:
            named = reader.vertices([attribute])[attribute]
            found.append(SharedAttribute(named, list(reader.vertices(entities).values())))
    return found


def counts(transaction: Transaction) -> dict[str, int]:
    """Return the number of vertices and edges by label: those that an answer could show."""
    told = _told(transaction)
    found = Counter(label for _, label in told.values())
    for (vertex,) in transaction.stream(_NAMED):
        if vertex not in told:
            found[UNKNOWN[str(vertex).partition(":")[0]].value] += 1
    for label, count in transaction.stream(_EDGE_COUNTS):
        found[str(label)] += cast("int", count)
    return dict(sorted(found.items()))


def _told(transaction: Transaction) -> dict[str, tuple[tuple[int, str, str], str]]:
    """Return what is known of vertices: by key, the rank of who tells, and the label."""
    told: dict[str, tuple[tuple[int, str, str], str]] = {}
    rows = transaction.stream(_TELLING, {"kinds": list(_SPACE_OF)})
    for key, version, event_id, label in cast("Iterator[tuple[str, int, str, str]]", rows):
        vertex = f"{_SPACE_OF[label]}:{entity_of(key)}"
        told[vertex] = max(told.get(vertex, ((0, "", ""), "")), ((version, event_id, key), label))
    return told


def digest(transaction: Transaction) -> str:
    """Return a hash over entries, tombstones and edges that does not depend on their order.

    It is the sum of the rows' hashes (AdHash, Bellare and Micciancio 1997), so nothing is sorted.
    """
    total = 0
    for prefix, queries in ((b"entry", _ENTRIES), (b"edge", _EDGES)):
        for row in _in_parts(transaction, *queries):
            text = repr(row).encode()
            total += int.from_bytes(blake2b(text, digest_size=32, person=prefix).digest())
    return f"{total % (1 << 256):064x}"


def _in_parts(transaction: Transaction, count: str, rows: str) -> Iterator[list[object]]:
    number = cast("int", transaction.rows(count)[0][0])
    parts = number // _PART + 1
    for part in range(parts):
        yield from transaction.stream(rows, {"parts": parts, "part": part})
