"""How a graph is laid out in Ladybug: tables, keys, and what is written in a row.

``Entry`` holds what each entity's newest event said: one row per kind and entity id, tombstones
included. It is the only truth; ``Edge`` makes it walkable.

``Slot`` is a vertex within one slab. Edges are filed in slabs of `SLAB_EDGES`, and a vertex has one
slot in each slab that names it. A checkpoint writes the adjacency of a slot's whole node group
anew, so without slabs its cost would grow with all edges ever written, and a hub's list with them.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from catalystindex.stores.graphs.base import Change, EdgeLabel, Scalar, Stamp, VertexLabel

SLAB_EDGES: Final = 65_536
"""Edges after which a new slab begins. A node group (131,072 slots) then holds a few slabs: what a
checkpoint writes anew stays bounded, and a walk has few slots to look at."""

TABLES: Final = (
    "CREATE NODE TABLE IF NOT EXISTS State(key STRING, value INT64, PRIMARY KEY(key))",
    """CREATE NODE TABLE IF NOT EXISTS Entry(key STRING, version INT64, event_id STRING,
    deleted BOOLEAN, time INT64, slab INT64, body STRING, PRIMARY KEY(key))""",
    "CREATE NODE TABLE IF NOT EXISTS Slot(key STRING, vertex STRING, PRIMARY KEY(key))",
    """CREATE REL TABLE IF NOT EXISTS Edge(FROM Slot TO Slot, entry STRING, ord INT64,
    label STRING, time INT64, currency STRING, amount INT64)""",
)

LAYOUT: Final = 1
"""Version of this layout; a graph of another one is made anew from the log."""

_SPACES: Final = {
    VertexLabel.PERSON: "p",
    VertexLabel.COMPANY: "p",
    VertexLabel.PARTY: "p",
    VertexLabel.ACCOUNT: "a",
    VertexLabel.LISTING: "l",
    VertexLabel.INSTRUMENT: "i",
    VertexLabel.BRANCH: "b",
    VertexLabel.DEVICE: "d",
    VertexLabel.ADDRESS: "x",
    VertexLabel.PHONE: "t",
}
"""Parties share one space, so that an edge holds on to its end when that turns out a company."""

SPACES: Final = tuple(dict.fromkeys(_SPACES.values()))
"""Every space, in the order in which an id is looked for."""

UNKNOWN: Final = {
    space: VertexLabel.PARTY if space == "p" else label for label, space in _SPACES.items()
}
"""What a vertex is called of which nothing is known but its key."""

TELLING: Final = {"p": ("company", "person"), "a": ("account",), "l": ("listing",)}
"""Kinds of events that say what a vertex is, by space."""

BODY = msgspec.json.Encoder(order="deterministic")


class Link(
    msgspec.Struct,
    frozen=True,
    array_like=True,
    gc=False,
):
    """An edge in an entry's body."""

    label: str
    source: str
    target: str
    properties: dict[str, Scalar]


class Body(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an entry says: the vertex's label if it is one, its properties, its edges."""

    label: str | None
    properties: dict[str, Scalar]
    links: list[Link]


_BODY_DECODER: Final = msgspec.json.Decoder(Body)


class Entry(NamedTuple):
    """A row of ``Entry``."""

    key: str
    version: int
    event_id: str
    deleted: bool
    time: int
    slab: int
    body: str

    @property
    def stamp(self) -> Stamp:
        """What orders it among events of its entity."""
        return Stamp(self.version, self.event_id)

    def read(self) -> Body:
        """Return what it says."""
        return _BODY_DECODER.decode(self.body)


class Row(NamedTuple):
    """A row of ``Edge`` with the vertices at its ends: what a change of must be written anew."""

    entry: str
    ord: int
    label: str
    source: str
    target: str
    time: int
    currency: str | None
    amount: int | None


def entry_key(kind: str, entity_id: str) -> str:
    """Return the key of an entity's entry."""
    return f"{kind}/{entity_id}"


def entity_of(key: str) -> str:
    """Return the entity id in an entry's key."""
    return key.partition("/")[2]


def vertex_key(label: VertexLabel, vertex_id: str) -> str:
    """Return the key of a vertex."""
    return f"{_SPACES[label]}:{vertex_id}"


def slot_key(slab: int, vertex: str) -> str:
    """Return the key of a vertex's slot in a slab."""
    return f"{slab}/{vertex}"


def body_of(change: Change) -> Body:
    """Return what an entry says after a change. Raises ValueError for a vertex of another id."""
    vertex = change.vertex
    if vertex is not None and (vertex.label != change.kind or vertex.id != change.entity_id):
        raise ValueError(f"{change.kind} {change.entity_id!r} cannot tell of vertex {vertex}")
    links = [
        Link(
            edge.label.value,
            vertex_key(edge.source.label, edge.source.id),
            vertex_key(edge.target.label, edge.target.id),
            dict(edge.properties),
        )
        for edge in change.edges
    ]
    return Body(vertex.label.value if vertex else None, dict(change.properties), links)


def rows_of(key: str, time: int, links: Sequence[Link]) -> list[Row]:
    """Return the rows of ``Edge`` that an entry's edges are written as."""
    rows = []
    for ord_, link in enumerate(links):
        currency, amount = _moved(link)
        rows.append(Row(key, ord_, link.label, link.source, link.target, time, currency, amount))
    return rows


def _moved(link: Link) -> tuple[str | None, int | None]:
    """Return the money that an edge moved; none where a payment was declined."""
    if link.label != EdgeLabel.SENT or link.properties.get("declined"):
        return None, None
    currency, amount = link.properties.get("currency"), link.properties.get("amount")
    if isinstance(currency, str) and isinstance(amount, int):
        return currency, amount
    return None, None
