"""Conditions in the words of a Qdrant server (and of the client's local mode)."""

from collections.abc import Mapping, Sequence

from qdrant_client import models

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


def qdrant_filter(clause: Clause) -> models.Filter:
    """Return a clause as a server takes it."""
    return models.Filter(
        must=_list(clause.must), should=_list(clause.should), must_not=_list(clause.must_not)
    )


def _list(parts: Sequence[Where]) -> list[models.Condition] | None:
    return [_condition(part) for part in parts] or None


def _condition(part: Where) -> models.Condition:
    match part:
        case Holds(path, keywords):
            return models.FieldCondition(key=path, match=models.MatchAny(any=list(keywords)))
        case BeginsWith(path, start):
            return models.FieldCondition(key=path, match=models.MatchPrefix(prefix=start))
        case Within(path, limits):
            return models.FieldCondition(key=path, range=_range(limits))
        case Empty(path):
            return models.IsEmptyCondition(is_empty=models.PayloadField(key=path))
        case Element(path, clause):
            nested = models.Nested(key=path, filter=qdrant_filter(clause))
            return models.NestedCondition(nested=nested)
        case Clause():
            return qdrant_filter(part)


def _range(limits: Mapping[BoundName, int]) -> models.Range:
    return models.Range(
        gt=limits.get("gt"), gte=limits.get("gte"), lt=limits.get("lt"), lte=limits.get("lte")
    )
