"""How large a run is."""

import random
from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True)
class Scale:
    """Counts and shares. `kills` are of the owner, by SIGKILL, while events wait."""

    events: int = 200_000
    kills: int = 10
    seed: int = 1
    repeated: float = 0.05
    displaced: float = 0.05
    poison: float = 0.001

    @property
    def poisoned(self) -> int:
        """How many messages are no events."""
        return max(6, round(self.events * self.poison))


def chance(seed: int, name: str) -> random.Random:
    """Return a source of chance of its own for each purpose."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311  # not for secrets
