"""Small graphs for tests: changes made short, and a slow graph to compare with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalystindex.config.streams import GraphSettings
from catalystindex.stores.graphs.base import (
    Change,
    Edge,
    EdgeLabel,
    Scalar,
    Stamp,
    VertexLabel,
    VertexRef,
)

SETTINGS = GraphSettings(buffer_bytes=64 << 20)


def account(name: str) -> VertexRef:
    return VertexRef(VertexLabel.ACCOUNT, name)


def party(name: str) -> VertexRef:
    return VertexRef(VertexLabel.PARTY, name)


def says(
    kind: str,
    entity: str,
    version: int,
    edges: Sequence[Edge] = (),
    *,
    time: int = 0,
    vertex: VertexRef | None = None,
    properties: Mapping[str, Scalar] | None = None,
    event_id: str | None = None,
) -> Change:
    """Return a change; its event id follows from its version."""
    stamp = Stamp(version, event_id or f"{version:032x}")
    return Change(kind, entity, stamp, time, False, vertex, properties or {}, edges)


def gone(kind: str, entity: str, version: int) -> Change:
    """Return a delete."""
    return Change(kind, entity, Stamp(version, f"{version:032x}"), 0, True, None, {}, ())


def paid(
    entity: str, source: str, target: str, version: int = 1, amount: int = 100, time: int = 0
) -> Change:
    """Return a payment between accounts."""
    properties: dict[str, Scalar] = {"amount": amount, "currency": "EUR"}
    edge = Edge(EdgeLabel.SENT, account(source), account(target), properties)
    return says("transaction", entity, version, [edge], time=time)


def owns(entity: str, owner: str, asset: str, share: int | None = None, version: int = 1) -> Change:
    """Return an interest."""
    properties: dict[str, Scalar] = {} if share is None else {"share": share}
    edge = Edge(EdgeLabel.OWNS, party(owner), party(asset), properties)
    return says("ownership", entity, version, [edge])


def person(name: str, version: int = 1, edges: Sequence[Edge] = ()) -> Change:
    """Return a person."""
    ref = VertexRef(VertexLabel.PERSON, name)
    return says("person", name, version, edges, vertex=ref, properties={"name": name.title()})


def held(name: str, *holders: str, version: int = 1) -> Change:
    """Return an account with its holders."""
    edges = [Edge(EdgeLabel.HOLDS, party(holder), account(name), {}) for holder in holders]
    return says("account", name, version, edges, vertex=account(name))


@dataclass
class SlowGraph:
    """A graph in the simplest way there is: the newest change of each entity."""

    newest: dict[tuple[str, str], Change] = field(default_factory=dict)

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            key = change.kind, change.entity_id
            if key not in self.newest or change.stamp > self.newest[key].stamp:
                self.newest[key] = change

    def edges(self) -> list[tuple[str, str, str, str]]:
        """Return entity, label and ends of every edge, sorted."""
        return sorted(
            (change.entity_id, edge.label.value, edge.source.id, edge.target.id)
            for change in self.newest.values()
            for edge in change.edges
        )

    def neighbours(self) -> dict[str, set[str]]:
        """Return who is beside whom; ids alone, as tests use different ones."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, _, source, target in self.edges():
            found[source].add(target)
            found[target].add(source)
        return found

    def within(self, start: str, depth: int) -> set[str]:
        """Return the ids within ``depth`` edges."""
        near = self.neighbours()
        seen, frontier = {start}, {start}
        for _ in range(depth):
            frontier = {other for one in frontier for other in near[one]} - seen
            seen |= frontier
        return seen

    def walks(self, source: str, target: str, depth: int) -> list[list[str]]:
        """Return every path without repetition, the shortest first, then by ids."""
        near = self.neighbours()
        found: list[list[str]] = []

        def walk(path: list[str]) -> None:
            if path[-1] == target:
                found.append(path)
            elif len(path) <= depth:
                for other in near[path[-1]] - set(path):
                    walk([*path, other])

        walk([source])
        return sorted(found, key=lambda path: (len(path), path))

    def chains(self, start: str, depth: int) -> list[list[str]]:
        """Return the chains of ownership out of an id that cannot be followed further."""
        near: dict[str, list[str]] = defaultdict(list)
        for _, _, owner, asset in self.edges():
            near[owner].append(asset)
        found: list[list[str]] = []

        def walk(path: list[str]) -> None:
            ends = path[-1] in path[:-1] or len(path) > depth or not near[path[-1]]
            if ends and len(path) > 1:
                found.append(path)
            for other in [] if ends else near[path[-1]]:
                walk([*path, other])

        walk([start])
        return sorted(found, key=lambda path: (len(path), path))
