"""What one thread does for a group, turn after turn: the seam between the loop and its work.

Most groups apply events to a store (`streaming.turn`, with a `Sink`). Detection keeps a state of
its own (`detection.live`): it reads ahead of the position that it has committed, and uses the time
in which nothing waits.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from catalystindex.model.errors import CatalystError
from catalystindex.stores.eventlog.base import NewLetter
from catalystindex.streaming.follow import Condition

DEFECT: Final = "internal"
"""Code of what is not a `CatalystError`."""

Pause = Callable[[int], bool]
"""Waits after the n-th failure of an event alone, and tells whether to go on."""

ErrorHook = Callable[[CatalystError], None]
"""Told of each error that is about a batch or an event."""


@dataclass(slots=True)
class Done:
    """What became of the records of one turn."""

    position: int
    letters: list[NewLetter] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Events by (kind, outcome)."""

    @property
    def events(self) -> int:
        """How many events there were."""
        return self.outcomes.total()


class Stage(Protocol):
    """Does the turns of one group. All methods are called by one thread at a time."""

    @property
    def group(self) -> str:
        """The group's name, which its positions are kept under."""
        ...

    @property
    def trouble(self) -> Condition | None:
        """What is wrong with a part of the work while the rest goes on; None if nothing is.

        It commits nothing then, so that nothing is skipped: a start does all again from there.
        """
        ...

    def take(self, partition: int, position: int) -> Done | None:
        """Do what stands at a position; return None if nothing does.

        Raises transient errors, after which the same is asked again, and `turn.Interrupted`.
        """
        ...

    def rest(self) -> None:
        """Do what is to be done while nothing waits in any partition. Raises as `take` does."""
        ...

    def moved(self) -> None:
        """Somebody has moved the group: a state of one's own is not that of its place."""
        ...

    def leave(self) -> None:
        """Put away what is in hand: the thread ends. Raises as `take` does."""
        ...


StageMaker = Callable[[Pause, ErrorHook], Stage]
"""Makes the stage of a consumer."""
