"""Parquet and Arrow: columns with their types, in groups of a fixed number of rows.

Bytes are the same for the same events and the same version of pyarrow, which writes its own name
and version into the file.
"""

from pathlib import Path
from typing import Final

import pyarrow as pa

from catalystindex.streaming.arrow_calls import pq
from catalystindex.streaming.arrow_schema import schema_of
from catalystindex.synthetic.export.base import KindFile, Needs
from catalystindex.synthetic.export.groups import RowGroups

PARQUET_ROWS: Final = 131_072
ARROW_ROWS: Final = 65_536
UNLIKE: Final = ("event_id", "entity_id", "event_time")
"""Columns whose values are all different: a dictionary of them would only cost."""


class Parquet(KindFile):
    """``parquet``: format 2.6, Zstandard, row groups of `PARQUET_ROWS`."""

    suffix = "parquet"
    needs = Needs.TABLE

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path, kind)
        schema = schema_of(kind)
        self._groups = RowGroups(PARQUET_ROWS)
        self._writer = pq.ParquetWriter(
            self.out,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in schema.names if name not in UNLIKE],
            write_statistics=True,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        for group in self._groups.add(batch):
            self._writer.write_table(group, PARQUET_ROWS)

    def finish(self) -> None:
        """Write the last group and the footer."""
        for group in self._groups.rest():
            self._writer.write_table(group, PARQUET_ROWS)
        self._writer.close()


class ArrowFile(KindFile):
    """``arrow``: the IPC file format, not compressed, so that it can be mapped into memory."""

    suffix = "arrow"
    needs = Needs.TABLE

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path, kind)
        self._groups = RowGroups(ARROW_ROWS)
        self._writer = pa.ipc.new_file(self.out, schema_of(kind))

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        for group in self._groups.add(batch):
            self._writer.write_table(group, ARROW_ROWS)

    def finish(self) -> None:
        """Write the last batch and the footer."""
        for group in self._groups.rest():
            self._writer.write_table(group, ARROW_ROWS)
        self._writer.close()
