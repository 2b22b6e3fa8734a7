"""What the orchestrator needs of a synthetic bank."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.pattern import Pattern


class Generator(Protocol):
    """Makes events. Equal generators make equal ones, in every process."""

    @property
    def patterns(self) -> Sequence[Pattern]:
        """What was planted."""
        ...

    def opening(self) -> Iterator[EventBatch]:
        """Yield what is known before the first day."""
        ...

    def day(self, index: int) -> Sequence[EventBatch]:
        """Return every event of a day, whichever days were asked for before."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A generator that can be made anew in another process."""

    make: Callable[[], Generator]
    """Picklable: a function of a module, or a `functools.partial` of one."""
    days: int
    config: Mapping[str, object]
    """What it is made from, for the manifest."""
