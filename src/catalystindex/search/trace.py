"""What each step of a search did. The debug answer is this trace, not a second computation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from catalystindex.model.search import TraceStep


class Trace:
    """Collects steps in the order they end."""

    def __init__(self) -> None:
        self._steps: list[TraceStep] = []

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, object]]:
        """Time a step; what it puts into the dictionary becomes its facts."""
        facts: dict[str, object] = {}
        began = time.perf_counter()
        yield facts
        elapsed = (time.perf_counter() - began) * 1000
        self._steps.append(TraceStep(step=name, milliseconds=round(elapsed, 3), facts=facts))

    def steps(self) -> list[TraceStep]:
        """Return the steps so far."""
        return list(self._steps)
