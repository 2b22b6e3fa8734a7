# Made of sdk/aio/graph.py by tools/unasync.py. Change that one, then run `make sync`.
"""The entity graph of the workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import RootModel

from catalystindex.model.graph import (
    EntityProfile,
    GraphCounts,
    GraphPaths,
    Neighbourhood,
    SharedAttribute,
)
from catalystindex.sdk.calls import Query, read
from catalystindex.sdk.requests import instant
from catalystindex.sdk.sync.resources import Resource

Direction = Literal["out", "in", "both"]


class SharedList(RootModel[list[SharedAttribute]]):
    """A listing of what is shared."""


class Graph(Resource):
    """Questions about entities, by the ids that their sources gave them.

    Each raises `EntityNotFound` for an id that is not there, `InvalidRequest` for bounds above the
    server's, `GraphQueryTooSlow` and `GraphUnavailable`. ``labels`` are those of relations, such
    as ``sent`` and ``owns``; all are followed when there are none. ``since`` and ``until`` bound
    the time of events: at or after, before; a `datetime` must carry its offset.
    """

    def counts(self) -> GraphCounts:
        """Return how many entities and relations of each label there are."""
        return read(GraphCounts, self._transport.call("GET", "/graph"))

    def profile(self, entity: str) -> EntityProfile:
        """Return an entity, and in numbers what is around it."""
        query: Query = {"entity": entity}
        response = self._transport.call("GET", "/graph/profile", query=query)
        return read(EntityProfile, response)

    def neighbourhood(
        self,
        entity: str,
        *,
        depth: int = 1,
        limit: int = 100,
        labels: Sequence[str] = (),
        since: datetime | str | None = None,
        until: datetime | str | None = None,
    ) -> Neighbourhood:
        """Return entities and relations within so many edges, in either direction."""
        query: Query = {"entity": entity, **_bounds(depth, limit, labels, since, until)}
        response = self._transport.call("GET", "/graph/neighbourhood", query=query)
        return read(Neighbourhood, response)

    def paths(
        self,
        source: str,
        target: str,
        *,
        depth: int | None = None,
        limit: int = 10,
        labels: Sequence[str] = (),
        since: datetime | str | None = None,
        until: datetime | str | None = None,
    ) -> GraphPaths:
        """Return walks between two entities, in either direction, the shortest first."""
        bounds = _bounds(depth, limit, labels, since, until)
        query: Query = {"source": source, "target": target, **bounds}
        return read(GraphPaths, self._transport.call("GET", "/graph/paths", query=query))

    def ownership(
        self,
        entity: str,
        *,
        direction: Direction = "both",
        depth: int | None = None,
        limit: int = 100,
    ) -> GraphPaths:
        """Return chains of owns and controls: ``in`` who stands behind it, ``out`` what it owns."""
        query: Query = {"entity": entity, "direction": direction, "depth": depth, "limit": limit}
        return read(GraphPaths, self._transport.call("GET", "/graph/ownership", query=query))

    def shared(self, entity: str, *, limit: int = 100) -> list[SharedAttribute]:
        """Return devices, addresses and phones of an entity that others have too."""
        query: Query = {"entity": entity, "limit": limit}
        response = self._transport.call("GET", "/graph/shared", query=query)
        return read(SharedList, response).root


def _bounds(
    depth: int | None,
    limit: int,
    labels: Sequence[str],
    since: datetime | str | None,
    until: datetime | str | None,
) -> Query:
    return {
        "depth": depth,
        "limit": limit,
        "labels": list(labels),
        "since": instant(since, "since"),
        "until": instant(until, "until"),
    }
