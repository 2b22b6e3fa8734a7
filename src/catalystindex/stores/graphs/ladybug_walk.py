"""Neighbourhoods and paths: walks over edges in either direction, within bounds.

Both read a bounded number of edges, so that a hub cannot stall them; a bound that was hit is named.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from catalystindex.stores.graphs.base import Bounds, EdgeLabel, Path, Paths, Subgraph
from catalystindex.stores.graphs.ladybug_read import Reader, Step

EDGES_PER_RESULT: Final = 20
"""Edges that may be read for each result that is asked for."""

_PASSED: Final = {"p", "a", "d", "x", "t"}
"""Spaces that a path may lead through: who holds something in common is linked by it."""

_MARKET: Final = {EdgeLabel.TRADED, EdgeLabel.ORDERED}
"""Edges that lead to instruments. Thousands trade one: a path through it says nothing, so it is
taken only where these edges are asked for."""


def neighbourhood(reader: Reader, start: str, bounds: Bounds) -> Subgraph:
    """Return what is within ``depth`` edges of a vertex.

    Vertices in order of distance; of one vertex the newest edges first. An edge is there if one of
    its ends is nearer than ``depth``. At the limit the walk stops.
    """
    order: dict[str, None] = {start: None}
    taken: dict[Step, None] = {}
    truncated = False
    frontier = [start]
    for _ in range(bounds.depth):
        reached: list[str] = []
        for vertex in frontier:
            reader.transaction.check_time()
            full = _take(reader, vertex, bounds, order, taken, reached)
            truncated = truncated or full
            if len(taken) >= bounds.limit and full:
                break
        frontier = reached
    vertices = reader.vertices(order)
    edges = reader.edges(taken)
    return Subgraph(list(vertices.values()), edges, "limit" if truncated else None)


def _take(
    reader: Reader,
    vertex: str,
    bounds: Bounds,
    order: dict[str, None],
    taken: dict[Step, None],
    reached: list[str],
) -> bool:
    """Take the edges of one vertex, as far as the limit allows; tell whether it cut some off."""
    # One more than fits, and those that were taken from their other end.
    steps = reader.steps(vertex, bounds, bounds.limit + 1)
    full = len(steps) > bounds.limit
    for step in steps:
        if step in taken:
            continue
        other = step.other(vertex)
        fits = other in order or len(order) < bounds.limit
        if len(taken) >= bounds.limit or not fits:
            full = True
            continue
        if other not in order:
            order[other] = None
            reached.append(other)
        taken[step] = None
    return full


class _Near:
    """Vertices near one end of a path, and for each of them the newest edge to each neighbour."""

    def __init__(self, reader: Reader, bounds: Bounds) -> None:
        self._reader, self._bounds = reader, bounds
        self._through = _PASSED | ({"i"} if _MARKET & set(bounds.labels) else set())
        self.links: dict[str, dict[str, Step]] = {}
        self._left = 0
        self._open: set[str] = set()
        self.cut = False

    def explore(self, start: str, depth: int, edges: int) -> None:
        """Read the edges of everything nearer to ``start`` than ``depth``, so many more at most.

        What the other end left over may be read too.
        """
        self._left += edges
        frontier, seen = [start], {start}
        for _ in range(depth):
            reached: dict[str, None] = {}
            for vertex in frontier:
                for other in self._expand(vertex):
                    reached[other] = None
            frontier = sorted(
                other for other in reached if other not in seen and self.passes(other)
            )
            seen.update(frontier)

    def check_time(self) -> None:
        """Raise `GraphQueryTooSlow` after the deadline."""
        self._reader.transaction.check_time()

    def passes(self, vertex: str) -> bool:
        """Tell whether a path may lead through a vertex."""
        return vertex.partition(":")[0] in self._through

    def _expand(self, vertex: str) -> list[str]:
        if vertex not in self._open and not self._left:
            self.cut = True  # a hub has had them all: its neighbours are not even looked at
        elif vertex not in self._open:
            self._open.add(vertex)
            self._reader.transaction.check_time()
            steps = self._reader.steps(vertex, self._bounds, self._left + 1)
            if len(steps) > self._left:
                self.cut = True
                steps = steps[: self._left]
            self._left -= len(steps)
            for step in steps:  # the newest first: it stands for all between the two
                other = step.other(vertex)
                self.links.setdefault(vertex, {}).setdefault(other, step)
                self.links.setdefault(other, {}).setdefault(vertex, step)
        return list(self.links.get(vertex, {}))


def paths(reader: Reader, source: str, target: str, bounds: Bounds) -> Paths:
    """Return the paths between two vertices, the shortest first, then by their vertices' keys.

    Between two neighbours the newest edge stands for all. Both ends are explored half way.
    """
    if source == target:
        return Paths([])
    near = _Near(reader, bounds)
    edges = bounds.limit * EDGES_PER_RESULT
    near.explore(source, (bounds.depth + 1) // 2, edges // 2)
    near.explore(target, bounds.depth // 2, edges // 2)
    found: list[list[str]] = []
    truncated = "edges" if near.cut else None
    for walk in _shortest_first(near, source, target, bounds.depth):
        reader.transaction.check_time()
        if len(found) == bounds.limit:
            truncated = "limit"
            break
        found.append(walk)
    return Paths([_path(reader, near, walk) for walk in found], truncated)


def _shortest_first(near: _Near, source: str, target: str, depth: int) -> Iterator[list[str]]:
    distance = _distances(near, target, depth)
    if source not in distance:
        return
    for length in range(distance[source], depth + 1):
        yield from _walks(near, [source], target, length, distance)


def _distances(near: _Near, target: str, depth: int) -> dict[str, int]:
    """Return how far everything that was read is from the target."""
    distance = {target: 0}
    frontier = [target]
    for steps in range(1, depth + 1):
        reached = {
            other
            for vertex in frontier
            for other in near.links.get(vertex, {})
            if other not in distance
        }
        distance.update(dict.fromkeys(sorted(reached), steps))
        frontier = sorted(vertex for vertex in reached if near.passes(vertex))
    return distance


def _walks(
    near: _Near, walk: list[str], target: str, left: int, distance: dict[str, int]
) -> Iterator[list[str]]:
    """Yield walks of exactly ``left`` more edges to the target, in order of their keys.

    In a dense part that leads nowhere there are more dead ends than anybody can wait for.
    """
    near.check_time()
    for other in sorted(near.links.get(walk[-1], {})):
        if other in walk or distance.get(other, left) >= left:
            continue
        if left == 1:  # at distance 0: the target
            yield [*walk, other]
        elif other != target and near.passes(other):
            yield from _walks(near, [*walk, other], target, left - 1, distance)


def _path(reader: Reader, near: _Near, walk: list[str]) -> Path:
    steps = [near.links[a][b] for a, b in pairwise(walk)]
    vertices = reader.vertices(walk)
    return Path([vertices[key] for key in walk], reader.edges(steps))
