"""What every question is made of: entries by key, edges at a vertex, vertices as they are known.

A walk goes vertex by vertex: with one key given, the planner looks it up and follows its list. With
several it would scan every edge there is.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple, cast

from catalystindex.model.errors import EntityNotFound
from catalystindex.stores.graphs.base import (
    Bounds,
    Direction,
    EdgeLabel,
    EdgeView,
    Vertex,
    VertexLabel,
    VertexRef,
)
from catalystindex.stores.graphs.ladybug_file import Transaction
from catalystindex.stores.graphs.ladybug_schema import (
    SPACES,
    TELLING,
    UNKNOWN,
    Entry,
    entity_of,
    entry_key,
    slot_key,
)

_MIN_TIME: Final = -(2**63)
_MAX_TIME: Final = 2**63 - 1
_LABELS: Final = tuple(EdgeLabel)
LOOK_UPS: Final = 10_000
"""Keys looked up in one statement at most."""

_ENTRIES: Final = (
    "UNWIND $keys AS k MATCH (n:Entry {key: k}) "
    "RETURN n.key, n.version, n.event_id, n.deleted, n.time, n.slab, n.body"
)
_STATE: Final = "MATCH (s:State {key: $key}) RETURN s.value"
_SLOTS: Final = "UNWIND $keys AS k MATCH (s:Slot {key: k}) RETURN s.key"
_HAS_EDGE: Final = "MATCH (s:Slot {key: $slot})-[e:Edge]-(:Slot) RETURN e.ord LIMIT 1"
_TAIL: Final = (
    " WHERE e.label IN $labels AND e.time >= $since AND e.time < $until "
    "RETURN e.time, e.entry, e.ord, e.label, t.vertex "
    "ORDER BY e.time DESC, e.entry, e.ord LIMIT $limit"
)
_OUT: Final = "MATCH (s:Slot {key: $slot})-[e:Edge]->(t:Slot)" + _TAIL
_IN: Final = "MATCH (s:Slot {key: $slot})<-[e:Edge]-(t:Slot)" + _TAIL


class Step(NamedTuple):
    """An edge as a walk sees it; in this order the newest comes first."""

    age: int
    """Event time, negated."""
    entry: str
    ord: int
    label: str
    source: str
    target: str

    def other(self, vertex: str) -> str:
        """Return the end that is not this vertex, or this one if it is both."""
        return self.target if self.source == vertex else self.source


def entries_of(transaction: Transaction, keys: Collection[str]) -> dict[str, Entry]:
    """Return the entries of these keys that are there, tombstones included."""
    found = {}
    for part in _parts(keys):
        for row in transaction.stream(_ENTRIES, {"keys": part}):
            entry = entry_of(row)
            found[entry.key] = entry
    return found


def entry_of(row: list[object]) -> Entry:
    """Return a row of ``Entry``."""
    return Entry(*cast("tuple[str, int, str, bool, int, int, str]", tuple(row)))


def state_of(transaction: Transaction, key: str) -> int | None:
    """Return a number that is kept about the graph; None if it is not."""
    rows = transaction.rows(_STATE, {"key": key})
    return cast("int", rows[0][0]) if rows else None


class Reader:
    """Reads one state of a graph, and remembers what it has looked up."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self._slabs = range((state_of(transaction, "slab") or 0), -1, -1)
        self._vertices: dict[str, Vertex] = {}

    def find(self, entity_id: str) -> str:
        """Return the key of the vertex of an id. Raises `EntityNotFound`.

        Where spaces share an id, parties come first, then accounts.
        """
        keys = [f"{space}:{entity_id}" for space in SPACES]
        for key in keys:
            if self.vertices([key])[key].event_id is not None or self._has_edge(key):
                return key
        raise EntityNotFound(
            f"{entity_id[:100]!r} is no entity of this graph", entity=entity_id[:100]
        )

    def slots(self, vertex: str) -> list[str]:
        """Return the slots of a vertex, the newest first."""
        keys = [slot_key(slab, vertex) for slab in self._slabs]
        rows = self.transaction.rows(_SLOTS, {"keys": keys})
        there = {row[0] for row in rows}
        return [key for key in keys if key in there]

    def _has_edge(self, vertex: str) -> bool:
        return any(self.transaction.rows(_HAS_EDGE, {"slot": slot}) for slot in self.slots(vertex))

    def steps(
        self, vertex: str, bounds: Bounds, limit: int, direction: Direction = "both"
    ) -> list[Step]:
        """Return up to ``limit`` edges at a vertex within bounds, the newest first."""
        labels = [str(label) for label in bounds.labels or _LABELS]
        parameters: dict[str, object] = {
            "labels": labels,
            "since": _MIN_TIME if bounds.since is None else bounds.since,
            "until": _MAX_TIME if bounds.until is None else bounds.until,
            "limit": limit,
        }
        found: set[Step] = set()
        for slot in self.slots(vertex):
            at = parameters | {"slot": slot}
            if direction != "in":
                found.update(self._steps(_OUT, at, vertex, out=True))
            if direction != "out":
                found.update(self._steps(_IN, at, vertex, out=False))
        return sorted(found)[:limit]

    def _steps(
        self, query: str, parameters: dict[str, object], vertex: str, *, out: bool
    ) -> Iterator[Step]:
        rows = self.transaction.stream(query, parameters)
        for time, entry, ord_, label, end in cast("Iterator[tuple[int, str, int, str, str]]", rows):
            source, target = (vertex, end) if out else (end, vertex)
            yield Step(-time, entry, ord_, label, source, target)

    def vertices(self, keys: Iterable[str]) -> dict[str, Vertex]:
        """Return vertices by key, as they are known; bare ones have version 0."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._vertices]
        telling = {key: _telling(key) for key in missing}
        entries = entries_of(
            self.transaction, [name for names in telling.values() for name in names]
        )
        for key, names in telling.items():
            self._vertices[key] = _vertex(key, [entries[name] for name in names if name in entries])
        return {key: self._vertices[key] for key in wanted}

    def edges(self, steps: Iterable[Step]) -> list[EdgeView]:
        """Return edges as answers show them, in the order given."""
        wanted = list(steps)
        entries = entries_of(self.transaction, list(dict.fromkeys(step.entry for step in wanted)))
        ends = self.vertices(end for step in wanted for end in (step.source, step.target))
        views = []
        for step in wanted:
            entry = entries[step.entry]
            source, target = ends[step.source], ends[step.target]
            views.append(
                EdgeView(
                    label=step.label,
                    source=VertexRef(VertexLabel(source.label), source.id),
                    target=VertexRef(VertexLabel(target.label), target.id),
                    entity_id=entity_of(step.entry),
                    event_id=entry.event_id,
                    version=entry.version,
                    event_time=entry.time,
                    properties=entry.read().links[step.ord].properties,
                )
            )
        return views


def _telling(vertex: str) -> list[str]:
    """Return the keys of the entries that may say what a vertex is."""
    space, _, vertex_id = vertex.partition(":")
    return [entry_key(kind, vertex_id) for kind in TELLING.get(space, ())]


def _vertex(key: str, entries: Iterable[Entry]) -> Vertex:
    space, _, vertex_id = key.partition(":")
    told = max((one for one in entries if not one.deleted), default=None, key=_rank)
    if told is None:
        return Vertex(UNKNOWN[space].value, vertex_id, 0, None, {})
    body = told.read()
    label = body.label or UNKNOWN[space].value
    return Vertex(label, vertex_id, told.version, told.event_id, body.properties)


def _rank(entry: Entry) -> tuple[int, str, str]:
    return (entry.version, entry.event_id, entry.key)


def _parts(keys: Collection[str]) -> Iterable[list[str]]:
    every = list(keys)
    for start in range(0, len(every), LOOK_UPS):
        yield every[start : start + LOOK_UPS]
