"""Events as lines of JSON, so many at once as one request takes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.stream import RejectedEvent, SubmitResult

BATCH_EVENTS = 5_000
"""Events in one request; half of what a server takes by default."""

BATCH_BYTES = 8 * 1024 * 1024
"""Bytes in one request; an event that is larger goes alone, and is refused by itself."""

EventLike = Mapping[str, object] | bytes | str
"""An event as its fields, or as JSON."""


@dataclass(frozen=True)
class LineBatch:
    """Lines of one request; ``first`` is the number of the first of them, from 1."""

    first: int
    lines: Sequence[bytes]

    @property
    def body(self) -> bytes:
        """The request's body (NDJSON)."""
        return b"\n".join(self.lines)

    def halves(self) -> "tuple[LineBatch, LineBatch]":
        """Return it in two parts."""
        middle = len(self.lines) // 2
        return (
            LineBatch(self.first, self.lines[:middle]),
            LineBatch(self.first + middle, self.lines[middle:]),
        )


def line_of(event: EventLike) -> bytes:
    """Return an event as one line of JSON. Raises `InvalidRequest` for what cannot be one."""
    if isinstance(event, Mapping):
        try:
            return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        except (TypeError, ValueError) as error:
            raise InvalidRequest(f"An event cannot be written as JSON: {error}.") from error
    line = (event.encode() if isinstance(event, str) else event).strip()
    if b"\n" in line:
        raise InvalidRequest("An event given as text is one line of JSON.")
    return line


def batches(events: Iterable[EventLike], size: int = BATCH_EVENTS) -> Iterator[LineBatch]:
    """Yield events in their order, ``size`` at most in a batch. Raises `InvalidRequest`."""
    lines: list[bytes] = []
    first, weight = 1, 0
    for event in events:
        line = line_of(event)
        if lines and (len(lines) >= size or weight + len(line) > BATCH_BYTES):
            yield LineBatch(first, lines)
            first, lines, weight = first + len(lines), [], 0
        lines.append(line)
        weight += len(line) + 1
    if lines:
        yield LineBatch(first, lines)


def renumbered(result: SubmitResult, first: int) -> SubmitResult:
    """Return the result of a batch, its lines counted over all that were sent."""
    if first == 1:
        return result
    shift = first - 1
    return result.model_copy(
        update={
            "rejected": [
                one.model_copy(update={"line": one.line + shift}) for one in result.rejected
            ],
            "events": [one.model_copy(update={"line": one.line + shift}) for one in result.events],
        }
    )


class Sum:
    """Results of batches, added up."""

    def __init__(self) -> None:
        self._accepted = self._duplicates = 0
        self._rejected: list[RejectedEvent] = []

    def add(self, result: SubmitResult) -> None:
        """Take in the result of a batch."""
        self._accepted += result.accepted
        self._duplicates += result.duplicates
        self._rejected += result.rejected

    def result(self) -> SubmitResult:
        """Return what all of them came to."""
        return SubmitResult(
            accepted=self._accepted,
            duplicates=self._duplicates,
            rejected=self._rejected,
            events=[],
        )
