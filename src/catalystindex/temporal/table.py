"""A table of events, read by column without touching each row from Python."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from catalystindex.model.errors import EventInvalid
from catalystindex.temporal.codes import Codes
from catalystindex.temporal.layout import NOBODY, Flags, Ints, Longs, Words
from catalystindex.temporal.names import entity_keys_of, id_numbers_of


class Table:
    """One batch. Every method raises `EventInvalid` where a column is not what it should be."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch: Any = batch
        self._names = {name: place for place, name in enumerate(batch.schema.names)}
        self.rows = batch.num_rows

    def event_ids(self) -> tuple[Words, Words]:
        """Return the halves of the event ids."""
        return id_numbers_of(self._needed("event_id", pa.large_string()))

    def entity_keys(self) -> Words:
        """Return the keys of the entities."""
        return entity_keys_of(self._needed("entity_id", pa.large_string()))

    def instants(self, name: str) -> Longs:
        """Return a column of instants in microseconds, which has no nulls."""
        column = self._needed(name, None)
        if pa.types.is_timestamp(column.type):
            column = self._cast(name, column, pa.timestamp("us", column.type.tz))
        return np.array(self._whole(name, column))

    def integers(self, name: str, optional: Flags | None, default: int | None = None) -> Longs:
        """Return a column of whole numbers.

        A null is the default; where there is none it is 0 in ``optional`` rows, an error elsewhere.
        """
        column = self._column(name)
        if column is None and default is not None:
            return np.full(self.rows, default, np.int64)
        if column is None:
            column = pa.nulls(self.rows, pa.int64())
        column = self._whole(name, column)
        if default is None:
            missing = np.asarray(column.is_null())
            if bool((missing if optional is None else missing & ~optional).any()):
                raise EventInvalid(f"{name} has no value")
        return np.array(column.fill_null(default or 0))

    def flags(self, name: str) -> Flags:
        """Return a column of yes and no; a null is no."""
        column = self._column(name)
        if column is None:
            return np.zeros(self.rows, np.bool_)
        return np.asarray(self._cast(name, column, pa.bool_()).fill_null(False))

    def equals(self, name: str, word: str) -> Flags:
        """Return where a column of text is this word."""
        found: Flags = self.coded(name, lambda value: int(value == word), 0) == 1
        return found

    def codes(self, name: str, codes: Codes) -> Ints:
        """Return the codes of a column of names, `NOBODY` for nulls."""
        words, places = self._words(name)
        return np.append(codes.code_all(words), np.int32(NOBODY))[places]

    def coded(self, name: str, code_of: Callable[[str], int], missing: int) -> Ints:
        """Return a number for each text, asked for once per distinct value."""
        words, places = self._words(name)
        table = np.array([*map(code_of, words), missing], np.int32)
        found: Ints = table[places]
        return found

    def _words(self, name: str) -> tuple[list[str], Longs]:
        """Return the distinct words of a column, and the place of each row's; nulls come last."""
        column = self._column(name)
        if column is None:
            return [], np.zeros(self.rows, np.int64)
        try:
            encoded = column.dictionary_encode()
            words = encoded.dictionary.to_pylist()
        except (pa.ArrowException, UnicodeDecodeError, AttributeError) as error:
            raise EventInvalid(f"{name}: {error}"[:300]) from None
        if set(map(type, words)) - {str}:
            raise EventInvalid(f"{name}: {column.type} is no text")
        indices = encoded.indices.cast(pa.int64()).fill_null(len(words))
        return words, np.asarray(indices)

    def lists(self, name: str) -> list[list[str] | None]:
        """Return a column of lists of text."""
        column = self._column(name)
        return [None] * self.rows if column is None else list(column.to_pylist())

    def _column(self, name: str) -> Any:  # noqa: ANN401  # an Arrow array
        place = self._names.get(name)
        if place is None:
            return None
        column = self._batch.column(place)
        return None if pa.types.is_null(column.type) else column

    def _needed(self, name: str, kind: Any) -> Any:  # noqa: ANN401  # Arrow's
        """Return a column without nulls, in a type, or in its own for None."""
        column = self._column(name)
        if self.rows and (column is None or column.null_count):
            raise EventInvalid(f"{name} has no value")
        if column is None:
            column = pa.nulls(0, kind or pa.int64())
        return column if kind is None else self._cast(name, column, kind)

    def _whole(self, name: str, column: Any) -> Any:  # noqa: ANN401  # an Arrow array
        if not (pa.types.is_integer(column.type) or pa.types.is_timestamp(column.type)):
            raise EventInvalid(f"{name}: {column.type} is no whole number")
        return self._cast(name, column, pa.int64())

    @staticmethod
    def _cast(name: str, column: Any, kind: Any) -> Any:  # noqa: ANN401  # Arrow's
        try:
            return column.cast(kind)
        except pa.ArrowException as error:
            raise EventInvalid(f"{name}: {error}"[:300]) from None
