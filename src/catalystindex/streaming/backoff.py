"""How long to wait before the same thing is tried again: exponential, with jitter."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits between tries, in seconds. ``random`` gives 0 to 1 (a seeded generator in tests)."""

    random: Callable[[], float]
    first: float = 0.1
    longest: float = 30.0

    def delay(self, failures: int) -> float:
        """Return how long to wait after the n-th failure in a row, from 1.

        Half to all of the doubled wait ("equal jitter", Brooker, AWS Architecture Blog 2015), so
        that those who failed together do not come back together.
        """
        doubled = min(self.first * 2.0 ** min(failures - 1, 32), self.longest)
        return doubled * (0.5 + 0.5 * self.random())
