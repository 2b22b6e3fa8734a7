"""A generator of a few events, so small that every one of them is known."""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.synthetic.batch import PATTERN, ROLE, EventBatch
from catalystindex.synthetic.generator import Source
from catalystindex.synthetic.pattern import Pattern

DAY = 86_400_000_000
PAYMENTS = 4


class TinyBank:
    """Two accounts; each day the same payments, of which pattern 7 plants the second."""

    def __init__(self, days: int, flaw: str = "") -> None:
        self._days, self._flaw = days, flaw

    @property
    def patterns(self) -> list[Pattern]:
        roles = {"source": ("a0",), "sink": ("a1", "a0")}
        count = self._days + (self._flaw == "miscounts")
        planted = Pattern(7, "fan_in", False, 0.5, roles, DAY, DAY * self._days, count)
        unused = Pattern(3, "cycle", True, 0.5, {}, 0, 0, 0)
        return [planted, unused]

    def opening(self) -> Iterator[EventBatch]:
        yield EventBatch(
            "account",
            pa.RecordBatch.from_pydict(
                {
                    "entity_id": pa.array(["a0", "a1"]),
                    "event_time": pa.array([0, 0]),
                    "source": pa.array(["tiny", "tiny"]),
                    "holders": pa.array([["p0"], []], pa.list_(pa.string())),
                }
            ),
        )

    def day(self, index: int) -> list[EventBatch]:
        if index == 1:
            self._fail()
        rows = range(PAYMENTS)
        pattern = [7 if row == 1 else -1 for row in rows]
        if self._flaw == "stranger" and index == 1:
            pattern[0] = 99
        columns: dict[str, Any] = {
            "entity_id": pa.array([f"t{index}-{row}" for row in rows]),
            "event_time": pa.array([(index + 1) * DAY + row for row in rows]),
            "source": pa.array(["tiny" for _ in rows]),
            "amount": pa.array([100 + row for row in rows]),
            "currency": pa.array(["EUR" for _ in rows]),
            "debtor_account": pa.array(["a0" for _ in rows]),
            "creditor_account": pa.array(["a1" for _ in rows]),
            "remittance": pa.array([None, 'say "hi"\n', None, "é"]),
            PATTERN: pa.array(pattern, pa.int32()),
            ROLE: pa.array([None, "placement", None, None]),
        }
        return [EventBatch("transaction", pa.RecordBatch.from_pydict(columns))]

    def _fail(self) -> None:
        if self._flaw == "raises":
            raise SyntheticInvalid("day 1 is a holiday")
        if self._flaw == "disk":
            raise OSError(28, "No space left on device")
        if self._flaw == "dies":
            os._exit(1)


def tiny_source(days: int = 3, flaw: str = "") -> Source:
    return Source(partial(TinyBank, days, flaw), days, {"days": days})
