"""The port: what an entity graph keeps and answers.

Vertices and edges carry the version of the event that wrote them. A change is applied if it is
newer than what is stored (`Stamp`), so any order of delivery, and any repetition, ends in the same
graph. What is deleted leaves a tombstone with its version, and is in no answer.

Edges point from who acts to what is acted on: holds (party to account), owns, controls, directs
(party to party), sent (account to account, one edge per payment), communicated, traded, has_device,
has_address, has_phone. Two parties share a device where their edges meet in its vertex; an edge
between each pair of sharers would grow with their square.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from catalystindex.model.tenant import Tenant

Scalar = str | int | bool | None


class Stamp(NamedTuple):
    """What orders the events of one entity: greater wins. Ties of version go by event id."""

    version: int
    event_id: str


class VertexLabel(StrEnum):
    """What a vertex is."""

    PERSON = "person"
    COMPANY = "company"
    ACCOUNT = "account"
    DEVICE = "device"
    ADDRESS = "address"
    PHONE = "phone"
    INSTRUMENT = "instrument"
    BRANCH = "branch"
    LISTING = "listing"
    PARTY = "party"
    """Named by an edge, and not yet known as person or company."""


class EdgeLabel(StrEnum):
    """How two vertices are related."""

    HOLDS = "holds"
    OWNS = "owns"
    CONTROLS = "controls"
    DIRECTS = "directs"
    SENT = "sent"
    COMMUNICATED = "communicated"
    TRADED = "traded"
    ORDERED = "ordered"
    INVOICED = "invoiced"
    SHIPPED = "shipped"
    HAS_DEVICE = "has_device"
    HAS_ADDRESS = "has_address"
    HAS_PHONE = "has_phone"


class VertexRef(NamedTuple):
    """One end of an edge. A vertex that is not there yet is made bare, below any version."""

    label: VertexLabel
    id: str


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of one event; an event may write several, told apart by ``index``."""

    label: EdgeLabel
    source: VertexRef
    target: VertexRef
    properties: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Change:
    """All that one event says about the graph: it replaces what an older version said.

    ``vertex`` is the entity itself where it is one; ``edges`` all edges that this entity's events
    account for. Both are empty for a delete.
    """

    kind: str
    entity_id: str
    stamp: Stamp
    event_time: int
    deleted: bool
    vertex: VertexRef | None
    properties: Mapping[str, Scalar]
    edges: Sequence[Edge]


class Effect(StrEnum):
    """What became of a change."""

    APPLIED = "applied"
    STALE = "stale"
    """What is stored is newer, or the same."""


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex, as answers show it."""

    label: str
    id: str
    version: int
    event_id: str | None
    """The event that this was read from; None for a vertex only named by edges."""
    properties: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class EdgeView:
    """An edge, as answers show it."""

    label: str
    source: VertexRef
    target: VertexRef
    entity_id: str
    event_id: str
    version: int
    event_time: int
    properties: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Vertices and edges, each in one order. ``truncated`` names the bound that cut it short."""

    vertices: Sequence[Vertex]
    edges: Sequence[EdgeView]
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A walk without repeated vertices: edge ``i`` joins vertex ``i`` and ``i + 1``.

    Only a circle of ownership ends where it has been before.
    """

    vertices: Sequence[Vertex]
    edges: Sequence[EdgeView]
    share: int | None = None
    """What the whole chain comes to, in hundredths of a percent, rounded down; None where a link
    has no share, or where it is a circle."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths, shortest first. ``truncated`` names the bound that cut the search short."""

    paths: Sequence[Path]
    truncated: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a question may go."""

    depth: int
    limit: int
    labels: Sequence[EdgeLabel] = ()
    """Edges that are followed; all of them if empty."""
    since: int | None = None
    until: int | None = None
    """Event time in microseconds: at or after, before."""


@dataclass(frozen=True, slots=True)
class SharedAttribute:
    """A device, address or phone, and the entities that have it."""

    attribute: Vertex
    entities: Sequence[Vertex]


@dataclass(frozen=True, slots=True)
class Profile:
    """An entity with what is known around it: counts by edge, sums by currency, its accounts."""

    vertex: Vertex
    counts: Mapping[str, int]
    """Edges by ``label.out`` and ``label.in``."""
    sent: Mapping[str, tuple[int, int]]
    received: Mapping[str, tuple[int, int]]
    """By currency: number of payments and their sum in minor units."""
    first_seen: int | None
    last_seen: int | None
    accounts: Sequence[Vertex]
    truncated: str | None = None


Direction = Literal["out", "in", "both"]


class GraphStore(Protocol):
    """Keeps one graph per workspace.

    Every method raises `GraphUnavailable` when the graph cannot be read or written and
    `GraphTooLarge` when the memory set aside for it does not suffice; questions
    `EntityNotFound` for an id that is not there and `GraphQueryTooSlow` above the time allowed.
    Ids are of any vertex label: ids of one workspace are unique over its persons, companies and
    accounts, as their sources make them.
    """

    def apply(
        self, tenant: Tenant, changes: Sequence[Change], partition: int, position: int
    ) -> list[Effect]:
        """Apply the changes and note the position, in one transaction; one effect per change.

        ``position`` is the log's offset after the last of them. Changes of one entity may be in one
        call; the newest wins.
        """
        ...

    def position(self, tenant: Tenant, partition: int) -> int:
        """Return the offset up to which this workspace's graph holds everything; 0 at first."""
        ...

    def neighbourhood(self, tenant: Tenant, entity_id: str, bounds: Bounds) -> Subgraph:
        """Return what is within ``depth`` edges of an entity, in either direction."""
        ...

    def paths(self, tenant: Tenant, source: str, target: str, bounds: Bounds) -> Paths:
        """Return paths between two entities, edges in either direction, shortest first."""
        ...

    def ownership(
        self, tenant: Tenant, entity_id: str, direction: Direction, bounds: Bounds
    ) -> Paths:
        """Return chains of owns and controls from (``out``) or to (``in``) an entity.

        Circles are followed once round and end there.
        """
        ...

    def profile(self, tenant: Tenant, entity_id: str) -> Profile:
        """Return an entity with counts and sums around it."""
        ...

    def shared(self, tenant: Tenant, entity_id: str, limit: int) -> list[SharedAttribute]:
        """Return devices, addresses and phones of an entity that others have too."""
        ...

    def counts(self, tenant: Tenant) -> dict[str, int]:
        """Return the number of vertices and edges by label, without tombstones."""
        ...

    def digest(self, tenant: Tenant) -> str:
        """Return a hash over everything stored, in one order: equal graphs have equal digests."""
        ...

    def forget(self, tenant: Tenant) -> None:
        """Drop a workspace's graph, so that a replay can build it anew."""
        ...

    def close(self) -> None:
        """Let go of all graphs."""
        ...
