"""A query's conditions in terms of the payload, before an engine's own words for them.

What every compiler shares: which payload field answers which condition. The engines differ only
in how they spell the five leaves and the clause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from catalystindex.model.filters import (
    NO_FILTER,
    And,
    AnyElement,
    AnyOf,
    BoundName,
    Condition,
    Exists,
    Not,
    Or,
    Prefix,
    Range,
)
from catalystindex.stores.vectors.base import VectorQuery
from catalystindex.stores.vectors.payload import (
    KNOWLEDGE_BASE,
    METADATA,
    NUMBERS,
    OBJECTS,
    TENANT,
    TIMES,
    filter_keyword,
    filter_path,
)


@dataclass(frozen=True)
class Holds:
    """The field holds one of these keywords."""

    path: str
    keywords: Sequence[str]


@dataclass(frozen=True)
class BeginsWith:
    """The field holds a keyword that begins so."""

    path: str
    start: str


@dataclass(frozen=True)
class Within:
    """The field holds a number within the limits."""

    path: str
    limits: Mapping[BoundName, int]


@dataclass(frozen=True)
class Empty:
    """The field is missing or an empty list."""

    path: str


@dataclass(frozen=True)
class Element:
    """The field is a list of objects, one of which fulfils the clause."""

    path: str
    clause: "Clause"


@dataclass(frozen=True)
class Clause:
    """All of ``must``, at least one of ``should`` if there are any, none of ``must_not``."""

    must: Sequence["Where"] = ()
    should: Sequence["Where"] = ()
    must_not: Sequence["Where"] = ()


Where = Holds | BeginsWith | Within | Empty | Element | Clause


def where_of(tenant_key: str, query: VectorQuery) -> Clause:
    """Return all that a point must fulfil: the tenant's own, in these knowledge bases, filters."""
    must: list[Where] = [
        Holds(TENANT, (tenant_key,)),
        Holds(KNOWLEDGE_BASE, tuple(query.knowledge_base_ids)),
    ]
    if query.filters != NO_FILTER:
        must.append(clause_of(query.filters))
    return Clause(must=must)


def clause_of(condition: Condition, *, nested: bool = False) -> Clause:
    """Return a condition as a clause; ``nested`` inside the objects of a list."""
    match condition:
        case Not(inner):
            return Clause(must_not=(_where(inner, nested),))
        case And(parts):
            return Clause(must=tuple(_where(part, nested) for part in parts))
        case Or(parts):
            return Clause(should=tuple(_where(part, nested) for part in parts))
        case Exists(key):
            return Clause(must_not=(_missing(key, nested),))
        case _:
            return Clause(must=(_where(condition, nested),))


def _where(condition: Condition, nested: bool) -> Where:
    match condition:
        case AnyOf(key, values):
            keywords = tuple(filter_keyword(key, value, nested=nested) for value in values)
            return Holds(filter_path(key, nested=nested), keywords)
        case Prefix(key, prefix):
            start = filter_keyword(key, prefix, nested=nested)
            return BeginsWith(filter_path(key, nested=nested), start)
        case Range(key):
            part = TIMES if condition.in_time else NUMBERS
            return Within(f"{part}.{key}", condition.limits())
        case AnyElement(key, inner):
            return Element(f"{OBJECTS}.{key}", clause_of(inner, nested=True))
        case Not() | And() | Or() | Exists():
            return clause_of(condition, nested=nested)
        case _:
            assert_never(condition)


def _missing(key: str, nested: bool) -> Clause:
    path = filter_path(key, nested=nested)
    if not path.startswith(f"{METADATA}."):
        return Clause(must=(Empty(path),))
    return Clause(must=(Empty(path), Empty(f"{OBJECTS}.{key}")))
