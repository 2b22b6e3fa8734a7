"""Batches of any size made into groups of one size, so that files do not show how they came."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from catalystindex.streaming.arrow_calls import Array
from catalystindex.streaming.arrow_json import text_bytes

GROUP_BYTES: Final = 128 << 20
"""A group ends early above this: rows with long texts must not fill the memory."""


class RowGroups:
    """Collects batches of one schema until there is a group of so many rows."""

    def __init__(self, rows: int) -> None:
        self._wanted = rows
        self._held: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.Table]:
        """Take a batch and yield the groups that are full."""
        begin = 0
        while begin < batch.num_rows:
            part = batch.slice(begin, self._wanted - self._rows)
            begin += part.num_rows
            self._held.append(part)
            self._rows += part.num_rows
            self._bytes += weight_of(part)
            if self._rows == self._wanted or self._bytes >= GROUP_BYTES:
                yield from self.rest()

    def rest(self) -> Iterator[pa.Table]:
        """Yield the group that is not full, if there is one."""
        if self._held:
            yield pa.Table.from_batches(self._held).combine_chunks()
        self._held = []
        self._rows = self._bytes = 0


def weight_of(batch: pa.RecordBatch) -> int:
    """Return about how many bytes rows take; equal rows weigh the same wherever they come from."""
    texts = sum(_letters(array) for array in batch.columns)
    return batch.num_rows * batch.num_columns * 8 + texts


def _letters(array: Array) -> int:
    if pa.types.is_list(array.type):
        array = array.flatten()
    return len(text_bytes(array)) if pa.types.is_string(array.type) else 0
