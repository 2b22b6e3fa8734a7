"""Parquet and Arrow: columns with their types, in groups of a fixed number of rows.

Bytes are the same for the same events and the same version of pyarrow, which writes its own name
and version into the file.
"""

from abc import abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

import pyarrow as pa

from catalystindex.streaming.arrow_calls import pq
from catalystindex.streaming.arrow_schema import schema_of
from catalystindex.synthetic.export.base import KindFile, Needs
from catalystindex.synthetic.export.groups import RowGroups

PARQUET_ROWS: Final = 131_072
ARROW_ROWS: Final = 65_536
UNLIKE: Final = ("event_id", "entity_id", "event_time")
"""Columns whose values are all different: a dictionary of them would only cost."""


class _Columnar(KindFile):
    """Hands groups of rows to a writer of the library."""

    needs = Needs.TABLE
    rows_per_group: ClassVar[int]

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path, kind)
        self._groups = RowGroups(self.rows_per_group)
        self._writer = self._make_writer(schema_of(kind))

    @abstractmethod
    def _make_writer(self, schema: pa.Schema) -> Any:  # noqa: ANN401  # one of the library's
        """Return a writer into ``out``."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        for group in self._groups.add(batch):
            self._writer.write_table(group, self.rows_per_group)

    def finish(self) -> None:
        """Write the last group and the footer."""
        for group in self._groups.rest():
            self._writer.write_table(group, self.rows_per_group)
        self._writer.close()

    def abandon(self) -> None:
        """Close the writer too, which would else write when it is collected."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        super().abandon()


class Parquet(_Columnar):
    """``parquet``: format 2.6, Zstandard, row groups of `PARQUET_ROWS`."""

    suffix = "parquet"
    rows_per_group = PARQUET_ROWS

    def _make_writer(self, schema: pa.Schema) -> Any:  # noqa: ANN401  # one of the library's
        return pq.ParquetWriter(
            self.out,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in schema.names if name not in UNLIKE],
            write_statistics=True,
        )


class ArrowFile(_Columnar):
    """``arrow``: the IPC file format, not compressed, so that it can be mapped into memory."""

    suffix = "arrow"
    rows_per_group = ARROW_ROWS

    def _make_writer(self, schema: pa.Schema) -> Any:  # noqa: ANN401  # one of the library's
        return pa.ipc.new_file(self.out, schema)
