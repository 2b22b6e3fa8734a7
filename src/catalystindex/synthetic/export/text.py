"""JSON: a line per event, or one array. Each event is as it is on the wire."""

import pyarrow as pa

from catalystindex.streaming.arrow_calls import pc
from catalystindex.streaming.arrow_json import text_bytes
from catalystindex.synthetic.export.base import WIRE, KindFile, Needs


class JsonLines(KindFile):
    """``jsonl``: one event per line, each ended by a line feed (https://jsonlines.org)."""

    suffix = "jsonl"
    needs = Needs.BYTES

    def write(self, batch: pa.RecordBatch) -> None:
        """Add lines."""
        self.out.write(text_bytes(pc.binary_join_element_wise(batch.column(WIRE), "\n", "")).data)

    def finish(self) -> None:
        """Lines need no end."""


class JsonArray(KindFile):
    """``json``: one array, an event per line in it."""

    suffix = "json"
    needs = Needs.BYTES

    def write(self, batch: pa.RecordBatch) -> None:
        """Add elements."""
        lines = text_bytes(pc.binary_join_element_wise(",\n", batch.column(WIRE), ""))
        if self.rows == 0 and len(lines):
            self.out.write(b"[\n")
            lines = lines[2:]
        self.out.write(lines.data)

    def finish(self) -> None:
        """Close the array."""
        self.out.write(b"\n]\n")
