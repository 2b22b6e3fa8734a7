"""The heartbeat: one thread tells the desk what is in work, and ends what is not wanted."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from catalystindex.jobs.desk import Ticket
from catalystindex.model.errors import CatalystError
from catalystindex.telemetry.logs import logger

Progress = tuple[int, int]
Beat = Callable[[Ticket, Progress | None], bool]

log = logger(__name__)


@dataclass
class Hold:
    """A document in work here."""

    ticket: Ticket
    beat: Beat
    interrupt: Callable[[], None]
    progress: Callable[[], Progress | None]
    unwanted: threading.Event = field(default_factory=threading.Event)
    in_stage: bool = False
    """There is something to interrupt."""


class Heart:
    """Beats every ``period`` seconds for everything that is held. `start` it once."""

    def __init__(self, period: float) -> None:
        self._period = period
        self._holds: dict[tuple[str, int], Hold] = {}
        self._lock = threading.Lock()
        self._now = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)
        self.on_beat: Callable[[], None] = lambda: None
        """Called at every beat, whether anything is held or not."""

    def start(self) -> None:
        """Start beating."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating."""
        self._stopping.set()
        self._now.set()
        self._thread.join()

    def hurry(self) -> None:
        """Beat now: something was cancelled."""
        self._now.set()

    def held(self) -> set[str]:
        """Return the documents of jobs that are in work here."""
        with self._lock:
            return {item_id for item_id, _ in self._holds}

    @contextmanager
    def holding(
        self,
        ticket: Ticket,
        beat: Beat,
        interrupt: Callable[[], None],
        progress: Callable[[], Progress | None] = lambda: None,
    ) -> Iterator[Hold]:
        """Keep a lease alive; when it is lost or not wanted, a stage under way is interrupted."""
        hold = Hold(ticket, beat, interrupt, progress)
        # by the lease: who fetched a document may let go of it after who computes took it up
        lease = (ticket.item_id, ticket.token)
        with self._lock:
            self._holds[lease] = hold
        try:
            yield hold
        finally:
            with self._lock:
                del self._holds[lease]

    @contextmanager
    def in_stage(self, hold: Hold) -> Iterator[None]:
        """Say that a stage is under way: only then may it be interrupted."""
        with self._lock:
            hold.in_stage = True
        try:
            yield
        finally:
            with self._lock:
                hold.in_stage = False

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._now.wait(self._period)
            self._now.clear()
            with self._lock:
                holds = list(self._holds.values())
            for hold in holds:
                self._beat(hold)
            self._safely(self.on_beat)

    def _beat(self, hold: Hold) -> None:
        if hold.unwanted.is_set():
            return

        def beat() -> None:
            if not hold.beat(hold.ticket, hold.progress()):
                self._let_go(hold)

        self._safely(beat)

    def _let_go(self, hold: Hold) -> None:
        """Interrupt the stage of a hold; the worker may be at another document by now."""
        with self._lock:
            hold.unwanted.set()
            if hold.in_stage:
                hold.interrupt()

    def _safely(self, work: Callable[[], None]) -> None:
        """Do work; when the desk is out of reach for a beat, the next one may reach it."""
        try:
            work()
        except CatalystError as error:
            log.warning("heartbeat_missed", code=error.code, reason=error.detail)
        except Exception:
            log.exception("heartbeat_failed")  # a heart that stops here would lose every lease
