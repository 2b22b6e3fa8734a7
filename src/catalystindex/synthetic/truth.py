"""`truth.jsonl`: which events each planted pattern consists of."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.streaming.arrow_calls import Array, pc, pl
from catalystindex.synthetic.batch import PATTERN, ROLE
from catalystindex.synthetic.parts import PLANTED, Part
from catalystindex.synthetic.pattern import Pattern

TRUTH_FILE: Final = "truth.jsonl"

_KIND: Final = "kind"
_SCHEMA: Final = PLANTED.append(pa.field(_KIND, pa.dictionary(pa.int8(), pa.string())))


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file."""

    pattern: int
    typology: str
    lookalike: bool
    """It is lawful, and only looks like the typology: an alert about it is a false one."""
    difficulty: float
    start: int
    end: int
    """Microseconds since 1970-01-01T00:00:00Z of the pattern's first and last event."""
    roles: dict[str, tuple[str, ...]]
    """Entity ids by the part they play."""
    entity_ids: tuple[str, ...]
    """All of them, each once, sorted."""
    kinds: tuple[str, ...]
    """Kinds of its events, sorted."""
    event_ids: tuple[str, ...]
    """In order of time."""
    event_roles: tuple[str | None, ...]
    """The part that each of these events plays."""


class TruthBook:
    """Gathers what belongs to patterns while events go by."""

    def __init__(self) -> None:
        self._tables: list[pa.RecordBatch] = []
        self.patterns: Sequence[Pattern] = ()
        """What was planted, as the generator says."""

    def add(self, part: Part) -> None:
        """Note the planted events of a part."""
        rows = part.planted.num_rows
        if rows:
            kind = pl.DictionaryArray.from_arrays(pl.array([0] * rows, pa.int8()), [part.kind])
            self._tables.append(
                pa.RecordBatch.from_arrays([*part.planted.columns, kind], schema=_SCHEMA)
            )

    def lines(self) -> Iterator[Truth]:
        """Yield what is true of each pattern, in order of number.

        Raises `SyntheticInvalid` where an event is of a pattern that is not among them, or a
        pattern has not all of its events: truth that is not true must not be written.
        """
        table = pa.Table.from_batches(self._tables, _SCHEMA).unify_dictionaries()
        # The sort is stable: events of one time stay in the order in which they were written.
        table = table.sort_by([(PATTERN, "ascending"), ("event_time", "ascending")])
        numbers = table.column(PATTERN).to_numpy()
        ordered = sorted(self.patterns, key=lambda pattern: pattern.number)
        known = np.array([pattern.number for pattern in ordered], np.int32)
        strange = np.setdiff1d(numbers, known)
        if len(strange):
            raise SyntheticInvalid(f"events of pattern {strange[0]}, which is not listed")
        begins = np.searchsorted(numbers, known, "left").tolist()
        ends = np.searchsorted(numbers, known, "right").tolist()
        for pattern, begin, end in zip(ordered, begins, ends, strict=True):
            if end - begin != pattern.events:
                raise SyntheticInvalid(
                    f"pattern {pattern.number} ({pattern.typology}) has {pattern.events} events, "
                    f"{end - begin} were made"
                )
            yield _line(pattern, table.slice(begin, end - begin))


def _line(pattern: Pattern, events: pa.Table) -> Truth:
    kinds: Array = pc.unique(events.column(_KIND))
    entities = {entity for group in pattern.roles.values() for entity in group}
    return Truth(
        pattern=pattern.number,
        typology=pattern.typology,
        lookalike=pattern.lookalike,
        difficulty=pattern.difficulty,
        start=pattern.start,
        end=pattern.end,
        roles={role: tuple(group) for role, group in pattern.roles.items()},
        entity_ids=tuple(sorted(entities)),
        kinds=tuple(sorted(kinds.to_pylist())),
        event_ids=_column(events, "event_id"),
        event_roles=_column(events, ROLE),
    )


def _column(events: pa.Table, name: str) -> tuple[str, ...]:
    values: list[str] = pc.cast(events.column(name), pa.string()).to_pylist()
    return tuple(values)
