"""The answers of AMLworld: `*_Patterns.txt` lists laundering attempts with their payments.

It is no file of events: every payment in it is also a row of `*_Trans.csv`. It is read for
measuring detectors, and for tests that need attempts without the background.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Final, NamedTuple

from catalystindex.model.errors import CatalystError, EventFileInvalid
from catalystindex.model.events.envelope import TransactionEvent
from catalystindex.streaming.importers.amlworld import COLUMNS, AmlworldImporter, payment
from catalystindex.streaming.importers.lines import FileEnded, Line, lines, opened

_BEGIN: Final = re.compile(r"BEGIN LAUNDERING ATTEMPT - ([A-Z-]+)(?:: +(.*))?")
_END: Final = "END LAUNDERING ATTEMPT"


class Attempt(NamedTuple):
    """One attempt at laundering."""

    line: int
    """The line it begins on, from 1."""
    typology: str
    """As the file has it, in lower case: ``fan-in``, ``gather-scatter``, ``cycle``, ..."""
    description: str
    """What the file says besides, such as ``Max 3-degree Fan-In``."""
    rows: tuple[str, ...]
    """Its payments as rows of `*_Trans.csv`, by which they are found there."""
    payments: tuple[TransactionEvent, ...]
    """The same as events. Ids are of this file's lines, not of `*_Trans.csv`."""


class _Begun(NamedTuple):
    """An attempt that has not ended: its payments are gathered in lists, of any length."""

    line: int
    typology: str
    description: str
    rows: list[str]
    payments: list[TransactionEvent]

    def ended(self) -> Attempt:
        return Attempt(*self[:3], tuple(self.rows), tuple(self.payments))


def attempts(path: Path, source: str = AmlworldImporter.name) -> Iterator[Attempt]:
    """Give out the attempts of a file, in its order.

    Raises `EventFileInvalid` with the line where it is not of this form: an answer that is wrong in
    one place is not used at all.
    """
    begun: _Begun | None = None
    with opened(path) as stream:
        for number, data, _ in _lines(stream, path.name):
            text = data.decode("utf-8", "replace").strip()
            if begun is None:
                begun = _begin(path.name, number, text)
            elif text.startswith(_END):
                yield begun.ended()
                begun = None
            elif text:
                _add_row(path.name, number, text, begun, source)
    if begun is not None:
        raise EventFileInvalid(f"{path.name}: the attempt of line {begun.line} does not end")


class AnswerKey:
    """Which attempt a row of `*_Trans.csv` belongs to.

    Rows that say the same are one as good as the other: they go to attempts in the key's order.
    """

    def __init__(self, path: Path) -> None:
        """Read a key. Raises `EventFileInvalid`."""
        self._waiting: defaultdict[tuple[str, ...], deque[tuple[str, str]]] = defaultdict(deque)
        self.payments = 0
        """Payments of all attempts."""
        for number, attempt in enumerate(attempts(path), 1):
            typology = attempt.typology.replace("-", "_")
            for row in attempt.rows:
                self._waiting[_said(row.split(","))].append((str(number), typology))
            self.payments += len(attempt.rows)
        self.left = self.payments
        """Payments whose rows have not come."""

    def take(self, row: Sequence[str]) -> tuple[str, str] | None:
        """Return the attempt's number, from 1, and its typology; None for a row of none."""
        waiting = self._waiting.get(_said(row))
        if not waiting:
            return None
        self.left -= 1
        return waiting.popleft()


def _said(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(value.strip() for value in row)


def _lines(stream: BufferedReader, name: str) -> Iterator[Line]:
    try:
        yield from lines(stream)
    except FileEnded as error:
        raise EventFileInvalid(f"{name} cannot be read to its end: {error}") from None


def _begin(name: str, number: int, text: str) -> _Begun | None:
    if not text:
        return None
    found = _BEGIN.fullmatch(text)
    if found is None:
        raise EventFileInvalid(f"{name}, line {number}: an attempt has to begin here")
    return _Begun(number, found[1].lower(), (found[2] or "").strip(), [], [])


def _add_row(name: str, number: int, text: str, begun: _Begun, source: str) -> None:
    row = text.split(",")
    if len(row) != len(COLUMNS):
        raise EventFileInvalid(f"{name}, line {number}: {len(row)} columns, not {len(COLUMNS)}")
    try:
        made = payment(number, row, source)
    except CatalystError as error:
        raise EventFileInvalid(f"{name}, line {number}: {error.detail}") from None
    begun.rows.append(text)
    begun.payments.append(made)
