"""The consumer group ``detect``: the log in, alerts in the records out.

The state (windows, alerts that may grow, events that wait for others) is ahead of the position that
is committed: it is put away now and then, and the position with it. After a crash the events since
then are read again and give the same alerts, with the same ids, which change nothing that is
stored.

Where detection meets a defect in one workspace, the others go on, and nothing is put away any more:
the position stays before what was not understood, so that a start reads it again. If the group is
moved by a person, or detectors or their parameters change, the state is built again from the oldest
event that the log keeps.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from catalystindex.detection.live.arrivals import Arrivals
from catalystindex.detection.live.checkpoint import Checkpoints
from catalystindex.detection.live.state import LiveState
from catalystindex.detection.live.workspace import AlertSink, Workspaces
from catalystindex.model.clock import Clock
from catalystindex.model.errors import CatalystError, DetectionFailed
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.model.stream import ConsumerState
from catalystindex.stores.eventlog.base import EventLog, NewLetter, Record
from catalystindex.streaming.codec import decode
from catalystindex.streaming.follow import Condition
from catalystindex.streaming.sink import Outcome
from catalystindex.streaming.stage import DEFECT, Done
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.stream_metrics import UNKNOWN

log = logger(__name__)

GROUP: Final = "detect"
CONCERNS: Final = frozenset({"transaction", "account"})
"""Kinds of events that detection reads."""
SHARE: Final = 20.0
"""How many times as long as a checkpoint took it is until the next one."""
MAX_LETTERS: Final = 100_000
"""Dead letters that wait to be kept, at most, while nothing is put away."""
REST_CHECKPOINT: Final = 2.0
"""Seconds between checkpoints while nothing waits."""


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How the stage works."""

    batch: int
    """Records that are read of a partition at once."""
    idle: float
    """Seconds without an event after which nothing late is waited for any more."""
    checkpoint_every: float
    """Seconds between checkpoints while events come."""


class DetectionStage:
    """Follows the log for all workspaces, as a `Stage`."""

    def __init__(
        self,
        event_log: EventLog,
        workspaces: Callable[[], Workspaces],
        sink: AlertSink,
        folder: Path,
        clock: Clock,
        settings: LiveSettings,
    ) -> None:
        self._log, self._clock, self._settings = event_log, clock, settings
        self._arrivals = Arrivals(event_log, settings.batch)
        self._state = LiveState(workspaces, sink, Checkpoints(folder))
        self._expected: dict[int, int] = {}
        """Where the loop is in each partition; if it is elsewhere, somebody has moved the group."""
        self._committed: dict[int, int] = {}
        self._letters: dict[int, list[NewLetter]] = {}
        self._last_event = self._last_checkpoint = clock.now()
        self._checkpoint_took = 0.0
        self._troubled: datetime | None = None

    @property
    def group(self) -> str:
        """The name of the consumer group."""
        return GROUP

    @property
    def trouble(self) -> Condition | None:
        """Whether detection has stopped in some workspaces."""
        found = self._state.trouble
        if found is None:
            return None
        where = "one workspace" if found.workspaces == 1 else f"{found.workspaces:,} workspaces"
        said = (
            f"{found.error} in {where}: no alerts are made there. Others go on, and the position "
            "stays; the log has the trace."
        )
        return Condition(ConsumerState.STOPPED, DEFECT, said, self._troubled)

    def moved(self) -> None:
        """Forget the state: somebody moves the group, even if to where it was."""
        self._state.forget()
        self._expected = {}

    def take(self, partition: int, position: int) -> Done | None:
        """Read on in a partition, and look at what is complete."""
        if self._expected.get(partition) != position:
            self._start()
        self._state.flush()
        self._check_letters()
        records = self._arrivals.read(partition)
        at = self._arrivals.positions[partition]
        if not records and at == position:
            return None
        done = Done(at)
        with self._whole():
            for record in records:
                self._sort(record, done)
            self._state.take(self._arrivals.complete())
            self._expected[partition] = at
        if records:
            self._last_event = self._clock.now()
        self._put_away(self._settings.checkpoint_every)
        return done

    def rest(self) -> None:
        """Look at what waits for late events if none has come for a while; put the state away."""
        self._state.flush()
        if self._state.is_open and self._quiet() >= self._settings.idle:
            with self._whole():
                self._state.close_open()
        self._put_away(min(self._settings.checkpoint_every, REST_CHECKPOINT))

    def leave(self) -> None:
        """Put the state away; one that is not whole is left, and read again at a start."""
        if self._state.trouble is not None:
            try:
                self._state.flush()
            finally:
                self._state.drop()
                self._expected = {}
        elif self._expected:
            self._put_away(0.0)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of a block, or begin again from the checkpoint: half a step is no state."""
        known, self._expected = self._expected, {}
        yield
        self._expected = known | self._expected
        if self._state.trouble is not None and self._troubled is None:
            self._troubled = self._clock.now()

    def _start(self) -> None:
        """Go on from the checkpoint if it is that of the committed position, else begin again."""
        self._committed = self._log.positions(GROUP)
        self._letters.clear()
        self._troubled = None
        positions = self._state.restore(self._committed, self._log.ends())
        if positions is None:
            status = self._log.status(GROUP)
            positions = {one.partition: one.start for one in status}
            log.info("detection_built_again", events=sum(one.end - one.start for one in status))
        else:
            self._find_letters(positions)
        self._arrivals.begin(positions)
        self._expected = dict(self._committed)
        self._last_event = self._last_checkpoint = self._clock.now()

    def _sort(self, record: Record, done: Done) -> None:
        """Hand an event on, or bury what is none."""
        if record.only is not None and record.only != GROUP:
            done.outcomes[UNKNOWN, Outcome.IGNORED] += 1
            return
        event = _event_of(record)
        if isinstance(event, NewLetter):
            done.letters.append(event)
            self._letters.setdefault(record.partition, []).append(event)
            done.outcomes[event.kind or UNKNOWN, Outcome.REFUSED] += 1
            return
        kind = kind_of(event)
        if kind in CONCERNS:
            self._arrivals.add(record, event)
        done.outcomes[kind, Outcome.APPLIED if kind in CONCERNS else Outcome.IGNORED] += 1

    def _find_letters(self, positions: Mapping[int, int]) -> None:
        """Read again what is no event up to where the state stands, from what is committed.

        A stop came after the checkpoint and before the commit that sets such events aside.
        """
        for partition, end in sorted(positions.items()):
            for record in self._between(partition, self._committed[partition], end):
                letter = _event_of(record) if record.only in (None, GROUP) else None
                if isinstance(letter, NewLetter):
                    self._letters.setdefault(partition, []).append(letter)

    def _between(self, partition: int, at: int, end: int) -> Iterator[Record]:
        """Give out the records of a partition from an offset to before another."""
        while at < end and (records := self._log.read(partition, at, self._settings.batch)):
            at = records[-1].offset + 1
            yield from (one for one in records if one.offset < end)

    def _check_letters(self) -> None:
        """Raise `DetectionFailed` if too many wait for a position that does not move."""
        waiting = sum(map(len, self._letters.values()))
        if self._state.trouble is not None and waiting > MAX_LETTERS:
            raise DetectionFailed(
                "Detection has stopped in some workspaces, and too many events of others that "
                "cannot be read wait to be set aside."
            )

    def _quiet(self) -> float:
        """Return seconds since an event was read."""
        return (self._clock.now() - self._last_event).total_seconds()

    def _put_away(self, every: float) -> None:
        """Write a checkpoint and commit, if something has happened and it is time.

        The larger the state the rarer: a twentieth of the time at most.
        """
        if self._state.trouble is not None:
            return
        positions = self._arrivals.settled
        if positions == self._committed and not self._state.changed:
            return
        now = self._clock.now()
        since = (now - self._last_checkpoint).total_seconds()
        if since < max(every, SHARE * self._checkpoint_took if every else 0.0):
            return
        began = time.perf_counter()
        self._state.flush()
        self._state.save(positions, self._committed)
        for partition, position in sorted(positions.items()):
            self._log.commit(GROUP, partition, position, self._letters.get(partition, []))
            self._letters.pop(partition, None)  # a commit that fails is done again
        self._committed = positions
        self._checkpoint_took = time.perf_counter() - began
        self._last_checkpoint = now


def _event_of(record: Record) -> Event | NewLetter:
    """Return the event of a record, or what is set aside because it is none."""
    try:
        return decode(record.data)
    except CatalystError as error:
        kind = error.context.get("kind")
        named = kind if isinstance(kind, str) else None
        return NewLetter(record, named, error.code, error.detail, 1)
