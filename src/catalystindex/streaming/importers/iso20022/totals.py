"""Whether a header's counts and sums are those of its records."""

from collections.abc import Iterator
from decimal import Context, Decimal, Inexact
from typing import Final

from lxml import etree

from catalystindex.streaming.importers.iso20022.tags import Tags
from catalystindex.streaming.importers.iso20022.values import decimal

_EXACT: Final = Context(prec=60, traps=[Inexact])
"""Adds amounts of 18 digits without rounding."""


class Totals:
    """What a header or a group claims, against what was counted."""

    def __init__(
        self, tags: Tags, element: etree._Element | None, count: str, sums: tuple[str, ...]
    ) -> None:
        """Take the paths of the count and of the sums; claims that are not made are not checked."""
        self._count = (count, decimal(tags.text(element, count)))
        self._sums = [(path, decimal(tags.text(element, path))) for path in sums]
        self._amount: Decimal | None = Decimal(0)
        self.records = 0

    def add(self, amount: Decimal | None) -> None:
        """Count a record, also one that was set aside; without its amount no sum is checked."""
        self.records += 1
        if self._amount is not None:
            self._amount = None if amount is None else _EXACT.add(self._amount, amount)

    def faults(self) -> Iterator[str]:
        """Give out what does not agree."""
        path, claimed = self._count
        if claimed is not None and claimed != self.records:
            yield f"{path} says {claimed}, there are {self.records}"
        for path, total in self._sums:
            if total is not None and self._amount is not None and total != self._amount:
                yield f"{path} says {total}, the amounts add up to {self._amount}"
