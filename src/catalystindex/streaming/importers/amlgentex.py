"""AMLGentex (https://github.com/aidotse/AMLGentex): simulated payments as Parquet, a step a day.

Columns ``step, amount, nameOrig, nameDest``, and where they are there ``type``, ``bankOrig``,
``bankDest``. An account below 0 is the world outside of the simulation (-2 pays income, -1 takes
outcome): that side is left out. Amounts are floats: they are rounded to minor units, half to even.
The answers (``isSAR``, ``patternID``, ``modelType``) never become part of an event: `labels` reads
them.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from catalystindex.model.currency import exponent
from catalystindex.model.errors import EventInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.model.events.money import Method, Transaction
from catalystindex.streaming.importers import values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.parquet import parquet_chunks

REQUIRED: Final = ("step", "amount", "nameOrig", "nameDest")
OPTIONAL: Final = ("type", "bankOrig", "bankDest")


class AmlgentexImporter:
    """Reads a file of payments."""

    name: ClassVar[str] = "amlgentex"
    summary: ClassVar[str] = "AMLGentex: transactions as Parquet; a step is a day."

    def __init__(self, options: ImportOptions) -> None:
        self._source = options.source or self.name
        self._currency = options.currency
        self._start = values.micros(options.start)

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return parquet_chunks(path, self.columns, self.event)

    def columns(self, names: list[str]) -> list[str]:
        """Choose the columns to read. Raises `EventFileInvalid`."""
        values.places(names, REQUIRED, "transactions of AMLGentex")
        return [*REQUIRED, *(name for name in OPTIONAL if name in names)]

    def event(self, number: int, row: Mapping[str, Any]) -> Event:
        """Return the payment of a row. Raises `EventInvalid`."""
        step, amount = row["step"], row["amount"]
        if not isinstance(step, int) or not isinstance(amount, int | float):
            raise EventInvalid(f"step {step!r} or amount {amount!r} is no number")
        debtor, creditor = _account(row, "nameOrig"), _account(row, "nameDest")
        minor = values.rounded_money(amount, "amount", self._currency, exponent(self._currency))
        return TransactionEvent(
            entity_id=f"amlgentex-{number}-{debtor or ''}-{creditor or ''}-{minor}-{step}",
            event_time=values.step(step, "step", self._start, values.DAY),
            source=self._source,
            payload=Transaction(
                amount=minor,
                currency=self._currency,
                debtor_account=debtor,
                creditor_account=creditor,
                method=_method(row, debtor, creditor),
                debtor_agent=_bank(row, "bankOrig", debtor),
                creditor_agent=_bank(row, "bankDest", creditor),
            ),
        )


def _account(row: Mapping[str, Any], column: str) -> str | None:
    """Return an account's id, None for the world outside."""
    value = row[column]
    if isinstance(value, int) and value < 0:
        return None
    return values.identifier("" if value is None else str(value), column)


def _bank(row: Mapping[str, Any], column: str, account: str | None) -> str | None:
    value = row.get(column)
    return str(value) if account is not None and value not in (None, "") else None


def _method(row: Mapping[str, Any], debtor: str | None, creditor: str | None) -> Method:
    if row.get("type") != "CASH":
        return "transfer"
    if debtor is None:
        return "cash_deposit"
    return "cash_withdrawal" if creditor is None else "other"
