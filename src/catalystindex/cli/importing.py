"""Files of events on their way to the server: one batch is sent while the next is parsed."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from catalystindex.model.errors import CatalystError, EventBacklogFull
from catalystindex.model.stream import SubmitResult
from catalystindex.sdk import Client

if TYPE_CHECKING:
    from catalystindex.stores.eventlog.base import Message
    from catalystindex.streaming.importers.base import Importer, Rejected

AT_ONCE = 10_000
"""Events in one request."""

IN_FLIGHT = 3
"""Batches on their way or about to be: while the log writes one, the server reads the next."""

SENDERS = 2

SHOWN = 20
"""Rows set aside that are printed; a file takes all of them."""

PAUSE = 1.0
"""Seconds between tries of a batch that the server has no room for."""

PATIENCE = 300
"""Such tries, before the import is given up."""

UNREADABLE = "file.unreadable"

_Chunk = tuple[int, list["Message"], Sequence["Rejected"]]
"""Rows, events, and rows set aside."""

Deliver = Callable[[Sequence["Message"]], Iterable[SubmitResult]]
"""Hands events in and tells what they came to; raises what the server does."""

Take = Callable[[str, Sequence["Message"], SubmitResult], None]
"""Hears of a file what became of these of its events."""

Tell = Callable[["Totals"], None]
"""Hears how far it is, every few thousand rows."""


@dataclass(frozen=True)
class SetAside:
    """A row that became no event; ``line`` is null where the server refused what it became."""

    file: str
    line: int | None
    code: str
    reason: str
    raw: str


@dataclass
class FileOutcome:
    """What became of one file; ``code`` says why the rest of it could not be read."""

    file: str
    rows: int = 0
    events: int = 0
    rejected: int = 0
    code: str | None = None
    detail: str | None = None


@dataclass
class Totals:
    """How much was read, taken and set aside, over all files."""

    rows: int = 0
    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    seconds: float = 0.0
    files: list[FileOutcome] = field(default_factory=list)
    rejects: list[SetAside] = field(default_factory=list)
    """The first `SHOWN` of them."""

    @property
    def rows_per_second(self) -> float:
        """Rows read and taken in a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def whole(self) -> bool:
        """Every row of every file became an event, or was meant to become none."""
        return not self.rejected and all(one.code is None for one in self.files)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        own = {name: getattr(self, name) for name in _NUMBERS}
        return {
            **own,
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows_per_second),
            "files": [vars(one) for one in self.files],
            "rejects": [vars(one) for one in self.rejects],
        }


_NUMBERS = ("rows", "events", "accepted", "duplicates", "rejected")


class Sending:
    """Batches on their way; at most `IN_FLIGHT` are, whoever adds more waits."""

    def __init__(
        self, hand_in: Deliver, take: Take, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._hand_in, self._take, self._sleep = hand_in, take, sleep
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="send-events")
        self._waiting: list[tuple[str, Sequence[Message], Future[list[SubmitResult]]]] = []

    def send(self, file: str, events: Sequence["Message"]) -> None:
        """Have a batch sent. Raises what sending one before it came to."""
        while len(self._waiting) >= IN_FLIGHT:
            self._collect()
        self._waiting.append((file, events, self._pool.submit(self._deliver, events)))

    def finish(self) -> None:
        """Wait for all that is on its way. Raises what sending came to."""
        while self._waiting:
            self._collect()

    def close(self) -> None:
        """Give up what was not begun; what is on its way is let end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _collect(self) -> None:
        file, events, future = self._waiting.pop(0)
        for result in future.result():
            self._take(file, events, result)

    def _deliver(self, events: Sequence["Message"]) -> list[SubmitResult]:
        """Send a batch; again and again while the server has too much in hand."""
        for _ in range(PATIENCE):
            try:
                return list(self._hand_in(events))
            except EventBacklogFull:
                self._sleep(PAUSE)
        return list(self._hand_in(events))


def over(client: Client) -> Deliver:
    """Return what hands events in to a server."""
    return lambda events: client.events.submit_batches([one.data for one in events], batch=AT_ONCE)


class Import:
    """Reads files with one importer and hands their events in; or only reads."""

    def __init__(self, importer: "Importer", rejects: IO[str] | None, tell: Tell) -> None:
        self._importer, self._rejects, self._tell = importer, rejects, tell
        self.totals = Totals()

    def run(self, files: Sequence[Path], hand_in: Deliver | None) -> Totals:
        """Return what all files came to. One that cannot be read does not stop the others.

        Raises the server's error; what was taken before it is taken.
        """
        began = time.monotonic()
        sending = Sending(hand_in, self._taken) if hand_in is not None else None
        try:
            for file in files:
                self._file(file, sending, began)
            if sending is not None:
                sending.finish()
        finally:
            if sending is not None:
                sending.close()
            self.totals.seconds = time.monotonic() - began
        return self.totals

    def _file(self, file: Path, sending: Sending | None, began: float) -> None:
        outcome = FileOutcome(file.as_posix())
        self.totals.files.append(outcome)
        for events in self._batches(file, outcome):
            if sending is not None:
                sending.send(outcome.file, events)
            self.totals.seconds = time.monotonic() - began
            self._tell(self.totals)

    def _batches(self, file: Path, outcome: FileOutcome) -> Iterator[list["Message"]]:
        """Yield a file's events, `AT_ONCE` at a time."""
        held: list[Message] = []
        for rows, events, rejected in self._chunks(file, outcome):
            outcome.rows += rows
            outcome.events += len(events)
            self.totals.rows += rows
            self.totals.events += len(events)
            self._set_aside(outcome, rejected)
            held += events
            while len(held) >= AT_ONCE:
                yield held[:AT_ONCE]
                del held[:AT_ONCE]
        if held:
            yield held

    def _chunks(self, file: Path, outcome: FileOutcome) -> Iterator[_Chunk]:
        """Yield a file's chunks; a file that breaks off ends there, and its outcome says why."""
        try:
            for chunk in self._importer.chunks(file):
                yield chunk.rows, chunk.messages, chunk.rejected
        except CatalystError as error:
            outcome.code, outcome.detail = error.code, error.detail
        except OSError as error:
            outcome.code, outcome.detail = UNREADABLE, error.strerror or str(error)

    def _set_aside(self, outcome: FileOutcome, rejected: Sequence["Rejected"]) -> None:
        for one in rejected:
            outcome.rejected += 1
            self._reject(SetAside(outcome.file, one.line, one.code, one.reason, one.raw))

    def _taken(self, file: str, events: Sequence["Message"], result: SubmitResult) -> None:
        self.totals.accepted += result.accepted
        self.totals.duplicates += result.duplicates
        for one in result.rejected:
            raw = events[one.line - 1].data.decode("utf-8", "replace")
            self._reject(SetAside(file, None, one.code, one.reason, raw))

    def _reject(self, row: SetAside) -> None:
        self.totals.rejected += 1
        if len(self.totals.rejects) < SHOWN:
            self.totals.rejects.append(row)
        if self._rejects is not None:
            self._rejects.write(json.dumps(vars(row), ensure_ascii=False) + "\n")
