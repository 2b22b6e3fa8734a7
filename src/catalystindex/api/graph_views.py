"""The graph store's answers as the API shows them: times in RFC 3339, money with its currency."""

from collections.abc import Iterable, Mapping

from catalystindex.api.moments import moment
from catalystindex.model import graph as shown
from catalystindex.model.currency import EXPONENTS, from_minor
from catalystindex.stores.graphs.base import (
    EdgeView,
    Paths,
    Profile,
    Scalar,
    SharedAttribute,
    Subgraph,
    Vertex,
    VertexRef,
)

CURRENCY = "currency"
AMOUNTS = ("amount", "notional", "declared_value")
"""Properties that are money: of payments and invoices, of trades, of shipments."""


def neighbourhood(found: Subgraph) -> shown.Neighbourhood:
    """Return what is around an entity."""
    return shown.Neighbourhood(
        entities=_entities(found.vertices),
        relations=_relations(found.edges),
        truncated=found.truncated,
    )


def paths(found: Paths) -> shown.GraphPaths:
    """Return walks."""
    walks = [
        shown.GraphPath(
            entities=_entities(one.vertices), relations=_relations(one.edges), share=one.share
        )
        for one in found.paths
    ]
    return shown.GraphPaths(paths=walks, truncated=found.truncated)


def profile(found: Profile) -> shown.EntityProfile:
    """Return an entity with the numbers around it."""
    return shown.EntityProfile(
        entity=entity(found.vertex),
        counts=dict(sorted(found.counts.items())),
        sent=_flows(found.sent),
        received=_flows(found.received),
        first_seen=None if found.first_seen is None else moment(found.first_seen),
        last_seen=None if found.last_seen is None else moment(found.last_seen),
        accounts=_entities(found.accounts),
        truncated=found.truncated,
    )


def shared(found: Iterable[SharedAttribute]) -> list[shown.SharedAttribute]:
    """Return attributes and who has them."""
    return [
        shown.SharedAttribute(attribute=entity(one.attribute), entities=_entities(one.entities))
        for one in found
    ]


def entity(found: Vertex) -> shown.Entity:
    """Return a vertex."""
    return shown.Entity(
        label=str(found.label),
        id=found.id,
        version=found.version,
        event_id=found.event_id,
        properties=dict(found.properties),
    )


def relation(found: EdgeView) -> shown.Relation:
    """Return an edge."""
    return shown.Relation(
        label=str(found.label),
        source=_ref(found.source),
        target=_ref(found.target),
        entity_id=found.entity_id,
        event_id=found.event_id,
        version=found.version,
        event_time=moment(found.event_time),
        money=_money_of(found.properties),
        properties=dict(found.properties),
    )


def _entities(found: Iterable[Vertex]) -> list[shown.Entity]:
    return [entity(one) for one in found]


def _relations(found: Iterable[EdgeView]) -> list[shown.Relation]:
    return [relation(one) for one in found]


def _ref(found: VertexRef) -> shown.EntityRef:
    return shown.EntityRef(label=str(found.label), id=found.id)


def _flows(found: Mapping[str, tuple[int, int]]) -> list[shown.MoneyFlow]:
    return [
        shown.MoneyFlow(payments=number, total=_money(minor, currency))
        for currency, (number, minor) in sorted(found.items())
    ]


def _money_of(properties: Mapping[str, Scalar]) -> shown.Money | None:
    amounts = (properties[name] for name in AMOUNTS if name in properties)
    minor, currency = next(amounts, None), properties.get(CURRENCY)
    if not isinstance(minor, int) or not isinstance(currency, str) or currency not in EXPONENTS:
        return None
    return _money(minor, currency)


def _money(minor: int, currency: str) -> shown.Money:
    return shown.Money(minor=minor, currency=currency, amount=f"{from_minor(minor, currency):f}")
