"""The entity graph: an entity, what is around it, and what lies between two.

Ids are those of the sources and may hold anything, slashes too: they are query parameters, since
servers decode paths before they route them.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from catalystindex.api import graph_views
from catalystindex.api.access import GuardedRoute
from catalystindex.api.moments import micros_of
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_graph_thread
from catalystindex.config.streams import GraphSettings
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.graph import (
    MAX_ENTITY_ID,
    EntityProfile,
    GraphCounts,
    GraphPaths,
    Neighbourhood,
    SharedAttribute,
)
from catalystindex.stores.graphs.base import Bounds, Direction, EdgeLabel

router = APIRouter(route_class=GuardedRoute, tags=["graph"])

Entity = Annotated[
    str, Query(min_length=1, max_length=MAX_ENTITY_ID, description="Id of the entity.")
]
Depth = Annotated[
    int | None,
    Query(ge=1, description="Edges from the entity at most; `graph.max_depth` bounds it."),
]
Most = Annotated[
    int,
    Query(ge=1, description="Answers at most; `graph.max_results` bounds it."),
]
Labels = Annotated[
    list[EdgeLabel] | None,
    Query(max_length=len(EdgeLabel), description="Edges to follow; repeatable. All if absent."),
]
Since = Annotated[
    str | None,
    Query(max_length=40, description="Only events at or after this date or date-time (RFC 3339)."),
]
Until = Annotated[str | None, Query(max_length=40, description="Only events before this.")]
DEPTH, MOST, PATHS, FAR = 1, 100, 10, 6
"""What is asked for where the caller says nothing; `FAR` is the depth of paths and chains."""


@router.get("/graph", summary="Count the graph")
async def counts(owner: OwnerDep, tenant: TenantDep) -> GraphCounts:
    """Return how many entities and relations of each label there are."""
    return GraphCounts(counts=await on_graph_thread(owner.graphs.counts, tenant))


@router.get("/graph/profile", summary="Show an entity")
async def profile(owner: OwnerDep, tenant: TenantDep, entity: Entity) -> EntityProfile:
    """Return what is known of an entity, and in numbers what is around it."""
    return graph_views.profile(await on_graph_thread(owner.graphs.profile, tenant, entity))


@router.get("/graph/neighbourhood", summary="Show what is around an entity")
async def neighbourhood(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    entity: Entity,
    depth: Depth = DEPTH,
    limit: Most = MOST,
    labels: Labels = None,
    since: Since = None,
    until: Until = None,
) -> Neighbourhood:
    """Return entities and relations within so many edges of an entity, in either direction."""
    bounds = _bounds(owner.settings.graph, depth, limit, labels, since, until)
    return await on_graph_thread(
        lambda mine: graph_views.neighbourhood(owner.graphs.neighbourhood(mine, entity, bounds)),
        tenant,
    )


@router.get("/graph/paths", summary="Find paths between two entities")
async def paths(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    source: Entity,
    target: Entity,
    depth: Depth = None,
    limit: Most = PATHS,
    labels: Labels = None,
    since: Since = None,
    until: Until = None,
) -> GraphPaths:
    """Return walks between two entities without repetition, in either direction, shortest first."""
    bounds = _bounds(owner.settings.graph, depth, limit, labels, since, until)
    return await on_graph_thread(
        lambda mine: graph_views.paths(owner.graphs.paths(mine, source, target, bounds)), tenant
    )


@router.get("/graph/ownership", summary="Follow who owns and controls")
async def ownership(
    owner: OwnerDep,
    tenant: TenantDep,
    entity: Entity,
    direction: Annotated[
        Direction,
        Query(description="`in`: who stands behind it; `out`: what it owns and controls."),
    ] = "both",
    depth: Depth = None,
    limit: Most = MOST,
) -> GraphPaths:
    """Return chains of `owns` and `controls`. A circle is followed once round."""
    bounds = _bounds(owner.settings.graph, depth, limit, None, None, None)
    return await on_graph_thread(
        lambda mine: graph_views.paths(owner.graphs.ownership(mine, entity, direction, bounds)),
        tenant,
    )


@router.get("/graph/shared", summary="Find what an entity shares with others")
async def shared(
    owner: OwnerDep,
    tenant: TenantDep,
    entity: Entity,
    limit: Most = MOST,
) -> list[SharedAttribute]:
    """Return devices, addresses and phones of an entity that others have too."""
    most = _bounds(owner.settings.graph, DEPTH, limit, None, None, None).limit
    return graph_views.shared(await on_graph_thread(owner.graphs.shared, tenant, entity, most))


def _bounds(
    settings: GraphSettings,
    depth: int | None,
    limit: int,
    labels: list[EdgeLabel] | None,
    since: str | None,
    until: str | None,
) -> Bounds:
    """Return the bounds of a question. Raises `InvalidRequest` for more than the settings allow."""
    wanted = min(FAR, settings.max_depth) if depth is None else depth
    for name, value, most in (
        ("depth", wanted, settings.max_depth),
        ("limit", limit, settings.max_results),
    ):
        if value > most:
            raise InvalidRequest(f"{name}: {value} is more than {most}.", field=name)
    start = None if since is None else micros_of(since, "since")
    end = None if until is None else micros_of(until, "until")
    return Bounds(wanted, limit, tuple(dict.fromkeys(labels or ())), start, end)
