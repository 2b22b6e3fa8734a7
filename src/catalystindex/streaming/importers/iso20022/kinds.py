"""The three messages behind one interface: how their groups and records are read."""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import ClassVar, Final

from lxml import etree

from catalystindex.streaming.importers.iso20022 import camt053, pacs008, pain001
from catalystindex.streaming.importers.iso20022.context import Context, Mapped
from catalystindex.streaming.importers.iso20022.tags import Tags
from catalystindex.streaming.importers.iso20022.totals import Totals
from catalystindex.streaming.importers.iso20022.values import decimal

_COUNT: Final = "NbOfTxs"


class Kind(ABC):
    """Reads one message, part by part."""

    amounts: ClassVar[tuple[str, ...]]
    """Where a record's amount is."""

    def __init__(self, context: Context) -> None:
        """Take what the header says."""
        self._context = context

    @abstractmethod
    def open_group(self, group: etree._Element) -> None:
        """Read a group that begins. Raises `EventInvalid`, `MoneyInvalid`."""

    @abstractmethod
    def read(self, record: etree._Element, number: int) -> Mapped:
        """Return a record's events. Raises `EventInvalid`, `MoneyInvalid`."""

    @abstractmethod
    def group_totals(self, group: etree._Element | None) -> Totals:
        """Return what a group claims about its records."""

    @staticmethod
    def header_totals(tags: Tags, header: etree._Element | None) -> Totals:
        """Return what a header claims about all records."""
        return Totals(tags, header, _COUNT, ("CtrlSum", "TtlIntrBkSttlmAmt"))

    def amount(self, record: etree._Element) -> Decimal | None:
        """Return what a record adds to the sums."""
        return decimal(self._context.tags.first(record, *self.amounts))


class Pacs008(Kind):
    """Transfers stand below the root."""

    amounts = ("IntrBkSttlmAmt",)

    def open_group(self, group: etree._Element) -> None:
        """Do nothing: there are no groups."""

    def read(self, record: etree._Element, number: int) -> Mapped:
        """Return a transfer's events."""
        return pacs008.read(self._context, record, number)

    def group_totals(self, group: etree._Element | None) -> Totals:
        """Return nothing to check."""
        return Totals(self._context.tags, None, _COUNT, ())


class Pain001(Kind):
    """Payments stand in groups of one debtor."""

    amounts = ("Amt/InstdAmt", "Amt/EqvtAmt/Amt")
    _order: pain001.Order

    def open_group(self, group: etree._Element) -> None:
        """Read a ``PmtInf``."""
        self._order = pain001.opened(self._context, group)

    def read(self, record: etree._Element, number: int) -> Mapped:
        """Return a payment's events."""
        return pain001.read(self._context, self._order, record, number)

    def group_totals(self, group: etree._Element | None) -> Totals:
        """Return what the ``PmtInf`` claims."""
        return Totals(self._context.tags, group, _COUNT, ("CtrlSum",))


class Camt053(Kind):
    """Entries stand in statements."""

    amounts = ("Amt",)
    _statement: camt053.Statement

    def open_group(self, group: etree._Element) -> None:
        """Read a ``Stmt``."""
        self._statement = camt053.opened(self._context, group)

    def read(self, record: etree._Element, number: int) -> Mapped:
        """Return an entry's events."""
        return camt053.read(self._statement, record, number)

    def group_totals(self, group: etree._Element | None) -> Totals:
        """Return what the statement's summary claims."""
        total = "TxsSummry/TtlNtries"
        return Totals(self._context.tags, group, f"{total}/NbOfNtries", (f"{total}/Sum",))


KINDS: Final[dict[str, type[Kind]]] = {
    "pacs.008": Pacs008,
    "pain.001": Pain001,
    "camt.053": Camt053,
}
"""By message type."""
