"""How much of everything, and the one place where chance comes from."""

from dataclasses import dataclass
from random import Random

PER_JOB = 12
"""Documents of one submission, listings included."""


@dataclass(frozen=True)
class Scale:
    """Documents and kills; ``seed`` chooses texts, faults and moments."""

    documents: int = 300
    worker_kills: int = 20
    owner_kills: int = 5
    queue_kills: int = 2
    seed: int = 20_260_301

    @property
    def kills(self) -> int:
        """All of them."""
        return self.worker_kills + self.owner_kills + self.queue_kills


def chance(seed: int, *names: str | int) -> Random:
    """Return a source of chance that depends on nothing but its names."""
    return Random("|".join(map(str, (seed, *names))))  # noqa: S311  # to be repeated, not secret
