"""Conditions in the words of Qdrant Edge."""

from collections.abc import Mapping, Sequence

import qdrant_edge as edge

from catalystindex.model.filters import BoundName
from catalystindex.stores.vectors.where import (
    BeginsWith,
    Clause,
    Element,
    Empty,
    Holds,
    Where,
    Within,
)


def edge_filter(clause: Clause) -> edge.Filter:
    """Return a clause as Edge takes it."""
    return edge.Filter(
        must=_list(clause.must), should=_list(clause.should), must_not=_list(clause.must_not)
    )


def _list(parts: Sequence[Where]) -> "list[edge.ConditionType] | None":
    return [_condition(part) for part in parts] or None


def _condition(part: Where) -> "edge.ConditionType":
    match part:
        case Holds(path, keywords):
            return edge.FieldCondition(key=path, match=edge.MatchAny(any=list(keywords)))
        case BeginsWith(path, start):
            return edge.FieldCondition(key=path, match=edge.MatchPrefix(start))
        case Within(path, limits):
            return edge.FieldCondition(key=path, range=_range(limits))
        case Empty(path):
            return edge.IsEmptyCondition(path)
        case Element(path, clause):
            return edge.NestedCondition(path, edge_filter(clause))
        case Clause():
            return edge_filter(part)


def _range(limits: Mapping[BoundName, int]) -> edge.RangeFloat:
    return edge.RangeFloat(
        gt=limits.get("gt"), gte=limits.get("gte"), lt=limits.get("lt"), lte=limits.get("lte")
    )
