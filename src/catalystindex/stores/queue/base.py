"""The port. A call carries an id and may be lost or come twice: it decides nothing.

Whoever is woken asks the records for work until there is none. So a broker that lost everything
costs a delay of one look, and no document.
"""

from abc import ABC, abstractmethod
from enum import StrEnum


class Lane(StrEnum):
    """Kinds of work that do not wait for each other."""

    ACQUIRE = "acquire"
    COMPUTE = "compute"


class WakeQueue(ABC):
    """Wake-up calls by lane. Threads share it. Every call raises `QueueUnreachable`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Engine and place, for people, without credentials."""

    @abstractmethod
    def wake(self, lane: Lane, ident: str, calls: int = 1) -> None:
        """Leave ``calls`` calls: up to so many waiting workers look for work."""

    @abstractmethod
    def wait(self, lane: Lane, timeout: float) -> str | None:
        """Return the id in the next call, or None when ``timeout`` seconds passed, or on close."""

    @abstractmethod
    def depth(self, lane: Lane) -> int:
        """Return how many calls nobody has taken yet."""

    @abstractmethod
    def ping(self) -> None:
        """Raise `QueueUnreachable` unless the engine answers now."""

    @abstractmethod
    def close(self) -> None:
        """Let go; whoever waits gets None soon."""
