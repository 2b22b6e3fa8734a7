"""What goes wrong at the sources: by document, decided by the seed, never more than patience."""

import threading
from collections import Counter
from collections.abc import Mapping

from benchmarks.chaos.scale import chance
from support.faults import BROKEN, RATE_LIMITED, RESET, TRUNCATED, Fault

SLOW = Fault("slow", seconds=0.8)
KINDS = (BROKEN, RATE_LIMITED, RESET, TRUNCATED, SLOW)
HOW_MANY = (0, 0, 1, 1, 2)
"""Faults of a document before its source is well, each as likely. Attempts are five by default."""


def label(fault: Fault) -> str:
    """Return how a fault is counted."""
    return str(fault.status) if fault.kind == "status" else fault.kind


class FaultBook:
    """Hands out faults by the name of what was asked for. Closed until it is opened."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._open = False
        self._asked: Counter[str] = Counter()
        self._injected: Counter[str] = Counter()
        self._lock = threading.Lock()

    def open(self) -> None:
        """Let things go wrong from now on."""
        with self._lock:
            self._open = True

    @property
    def injected(self) -> Mapping[str, int]:
        """How many faults there were of each kind."""
        with self._lock:
            return dict(sorted(self._injected.items()))

    def __call__(self, name: str, attempt: int) -> Fault | None:
        """Return what goes wrong with a request; ``attempt`` counts those of the calm run too."""
        del attempt
        with self._lock:
            if not self._open:
                return None
            self._asked[name] += 1
            script = self._script(name)
            nth = self._asked[name]
            fault = script[nth - 1] if nth <= len(script) else None
            if fault is not None:
                self._injected[label(fault)] += 1
            return fault

    def _script(self, name: str) -> list[Fault]:
        drawn = chance(self._seed, "fault", name)
        return drawn.choices(KINDS, k=drawn.choice(HOW_MANY))
