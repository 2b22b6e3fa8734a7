"""A synthetic bank with all its events at hand, for tests of what the generator made."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from catalystindex.synthetic.batch import PATTERN, EventBatch
from catalystindex.synthetic.config import SynthConfig
from catalystindex.synthetic.pattern import Pattern
from catalystindex.synthetic.world import World

Row = dict[str, Any]
DAY = 86_400_000_000


@dataclass(frozen=True)
class Bank:
    """A world, and its events: as tables by kind, and as rows by the pattern that planted them."""

    world: World
    tables: dict[str, "pa.Table"]
    planted: dict[int, dict[str, list[Row]]]

    def of(self, typology: str) -> list[tuple[Pattern, dict[str, list[Row]]]]:
        """Return the patterns of a kind, each with its rows by kind of event in order of time."""
        return [
            (pattern, self.planted[pattern.number])
            for pattern in self.world.patterns
            if pattern.typology == typology
        ]


def batches_of(world: World) -> Iterator[EventBatch]:
    """Yield the opening and then every day."""
    yield from world.opening()
    for day in range(world.config.days):
        yield from world.day(day)


@cache
def bank(config: SynthConfig) -> Bank:
    """Return the bank of a configuration, made once for all tests."""
    world = World(config)
    parts: dict[str, list[pa.RecordBatch]] = defaultdict(list)
    planted: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for batch in batches_of(world):
        parts[batch.kind].append(batch.columns)
        for row in batch.columns.filter(pc.field(PATTERN) >= 0).to_pylist():
            planted[row[PATTERN]][batch.kind].append(row)
    tables = {
        kind: pa.concat_tables(
            [pa.Table.from_batches([part]) for part in batches], promote_options="default"
        )
        for kind, batches in parts.items()
    }
    return Bank(world, tables, planted)
