"""Log lines about payments that are not as they should be: of each kind one a minute."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from catalystindex.telemetry.logs import logger

log = logger(__name__)

EVERY: Final = 60.0
"""Seconds between two lines of a kind."""
MAX_KINDS: Final = 256
"""Lines of other kinds than so many are one kind: what is said is bounded whatever comes."""
OTHER: Final = "other"


class Notices:
    """Counts what is to be said of a workspace, and says it at most once in `EVERY` seconds.

    The first of a kind is said at once. What comes within the time after a line is counted, and
    said with the next `tell` after it.
    """

    def __init__(self, workspace: str, timer: Callable[[], float]) -> None:
        """Take the key of a tenant, and a clock of seconds that is never set back."""
        self._workspace, self._timer = workspace, timer
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._said: dict[tuple[str, str], float] = {}

    def add(self, event: str, of: str, payments: int) -> None:
        """Count payments; ``of`` says what is bad about them, such as a reason or a currency."""
        kind = (event, of)
        if kind not in self._said and len(self._said) >= MAX_KINDS:
            kind = (event, OTHER)
        self._waiting[kind] += payments
        self.tell()

    def tell(self) -> None:
        """Write the lines whose time has come."""
        if not self._waiting:
            return
        now = self._timer()
        for kind in sorted(self._waiting):
            if now - self._said.get(kind, now - EVERY) >= EVERY:
                self._said[kind] = now
                event, of = kind
                count = self._waiting.pop(kind)
                log.warning(event, workspace=self._workspace, of=of, events=count)
