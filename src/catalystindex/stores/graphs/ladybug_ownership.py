"""Chains of ownership: followed in one direction until they end, come round, or are cut."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from catalystindex.model.events.fields import BASIS_POINTS
from catalystindex.stores.graphs.base import Bounds, Direction, EdgeLabel, EdgeView, Path, Paths
from catalystindex.stores.graphs.ladybug_read import Reader, Step
from catalystindex.stores.graphs.ladybug_walk import EDGES_PER_RESULT

_FOLLOWED: Final = (EdgeLabel.OWNS, EdgeLabel.CONTROLS)

_Way = Literal["out", "in"]


def ownership(reader: Reader, start: str, direction: Direction, bounds: Bounds) -> Paths:
    """Return the chains from or to a vertex that cannot be followed further, the shortest first.

    Each pair of owner and interest is a chain of its own. ``both`` gives those out and those in.
    """
    labels = bounds.labels or _FOLLOWED
    search = _Chains(reader, replace(bounds, labels=labels))
    ways: tuple[_Way, ...] = ("out", "in") if direction == "both" else (direction,)
    for way in ways:
        search.follow(start, way)
    chains = [_path(reader, start, steps, way) for steps, way in search.found]
    return Paths(chains, search.truncated)


class _Chains:
    """A search for chains, breadth first."""

    def __init__(self, reader: Reader, bounds: Bounds) -> None:
        self._reader, self._bounds = reader, bounds
        self._left = bounds.limit * EDGES_PER_RESULT
        self._known: dict[tuple[str, _Way], list[Step]] = {}
        self.found: list[tuple[tuple[Step, ...], _Way]] = []
        self.truncated: str | None = None

    def follow(self, start: str, way: _Way) -> None:
        """Find the chains one way."""
        waiting: deque[tuple[Step, ...]] = deque([()])
        while waiting:
            chain = waiting.popleft()
            longer = self._longer(start, chain, way)
            if longer:
                waiting.extend(longer)
            elif chain and not self._keep(chain, way):
                return
            if len(waiting) > self._bounds.limit * EDGES_PER_RESULT:
                self.truncated = "edges"
                return

    def _keep(self, chain: tuple[Step, ...], way: _Way) -> bool:
        if len(self.found) == self._bounds.limit:
            self.truncated = "limit"
            return False
        self.found.append((chain, way))
        return True

    def _longer(self, start: str, chain: tuple[Step, ...], way: _Way) -> list[tuple[Step, ...]]:
        """Return a chain with each edge that goes on from its end; none where it ends."""
        walk = _walk(start, chain, way)
        if walk[-1] in walk[:-1]:
            return []
        steps = self._steps(walk[-1], way)
        if len(chain) == self._bounds.depth:
            if steps and self.truncated is None:
                self.truncated = "depth"
            return []
        return [(*chain, step) for step in steps]

    def _steps(self, vertex: str, way: _Way) -> list[Step]:
        if (vertex, way) not in self._known:
            steps = self._reader.steps(vertex, self._bounds, self._left + 1, way)
            if len(steps) > self._left:
                self.truncated = "edges"
                steps = steps[: self._left]
            self._left -= len(steps)
            steps.sort(key=lambda step: (step.other(vertex), step))
            self._known[vertex, way] = steps
        return self._known[vertex, way]


def _walk(start: str, chain: Sequence[Step], way: _Way) -> list[str]:
    return [start, *(step.target if way == "out" else step.source for step in chain)]


def _path(reader: Reader, start: str, chain: Sequence[Step], way: _Way) -> Path:
    walk = _walk(start, chain, way)
    vertices = reader.vertices(walk)
    edges = reader.edges(chain)
    circle = walk[-1] in walk[:-1]
    return Path([vertices[key] for key in walk], edges, None if circle else share_of(edges))


def share_of(edges: Sequence[EdgeView]) -> int | None:
    """Return what a chain of shares comes to, in hundredths of a percent, rounded down once."""
    product, scale = 1, 1
    for edge in edges:
        share = edge.properties.get("share")
        if not isinstance(share, int):
            return None
        product, scale = product * share, scale * BASIS_POINTS
    return product * BASIS_POINTS // scale
