"""Events of kind ``transaction`` as columns: each event a row, deletes and declined ones included.

Which rows hold is decided afterwards (`versions.latest`, `reorder`), and who holds the accounts too
(`holders.Holders`), as both may depend on events that come later.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalystindex.model.errors import EventInvalid
from catalystindex.model.events.envelope import TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.layout import Bytes, Shorts
from catalystindex.temporal.money import Money
from catalystindex.temporal.names import entity_keys, id_numbers
from catalystindex.temporal.payments import (
    METHODS,
    Payments,
    code_of_country,
    code_of_currency,
)
from catalystindex.temporal.table import Table
from catalystindex.temporal.versions import Versions

DELETE: Final = "delete"
_METHOD_CODES: Final = {name: code for code, name in enumerate(METHODS)}
_DEFAULT_METHOD: Final = "transfer"


def from_events(events: Sequence[TransactionEvent], codes: Codebook, money: Money) -> Versions:
    """Return events as columns, in their order.

    Raises `EventInvalid` for an event without its id.
    """
    count = len(events)
    high, low = id_numbers([event.event_id for event in events])
    said = [event.payload or _nothing(money) for event in events]
    gone = np.fromiter(
        (event.payload is None or event.payload.declined for event in events), np.bool_, count
    )
    currency = _shorts(code_of_currency, (one.currency for one in said))
    amount = np.fromiter((one.amount for one in said), np.int64, count)
    payments = Payments(
        id_high=high,
        id_low=low,
        entity=entity_keys([event.entity_id for event in events]),
        time=np.fromiter((event.event_time for event in events), np.int64, count),
        amount=money.convert(amount, currency, ~gone),
        source=codes.accounts.code_all(one.debtor_account for one in said),
        target=codes.accounts.code_all(one.creditor_account for one in said),
        source_party=codes.parties.code_all(one.debtor for one in said),
        target_party=codes.parties.code_all(one.creditor for one in said),
        method=np.fromiter((_METHOD_CODES[one.method] for one in said), np.int8, count),
        currency=currency,
        source_country=_shorts(code_of_country, (one.debtor_country for one in said)),
        target_country=_shorts(code_of_country, (one.creditor_country for one in said)),
        branch=codes.branches.code_all(one.branch for one in said),
        purpose=codes.purposes.code_all(one.purpose for one in said),
    )
    version = np.fromiter((event.version for event in events), np.int64, count)
    return Versions(payments, version, gone)


def from_arrow(batch: pa.RecordBatch, codes: Codebook, money: Money) -> Versions:
    """Return a table of events as columns, in its order.

    Columns are those of `streaming.arrow_schema`; one that is missing and a null both mean the
    field's default. Text is looked at once per distinct value. Raises `EventInvalid` where a
    column that is needed is not there or has no value, or a value is none.
    """
    table = Table(batch)
    deletes = table.equals("op", DELETE)
    gone = deletes | table.flags("declined")
    high, low = table.event_ids()
    currency = _currencies(table, money, deletes)
    amount = table.integers("amount", deletes)
    payments = Payments(
        id_high=high,
        id_low=low,
        entity=table.entity_keys(),
        time=table.instants("event_time"),
        amount=money.convert(amount, currency, ~gone),
        source=table.codes("debtor_account", codes.accounts),
        target=table.codes("creditor_account", codes.accounts),
        source_party=table.codes("debtor", codes.parties),
        target_party=table.codes("creditor", codes.parties),
        method=_methods(table),
        currency=currency,
        source_country=_countries(table, "debtor_country"),
        target_country=_countries(table, "creditor_country"),
        branch=table.codes("branch", codes.branches),
        purpose=table.codes("purpose", codes.purposes),
    )
    return Versions(payments, table.integers("version", None, default=1), gone)


def _nothing(money: Money) -> Transaction:
    """Return what stands for the payload of a delete."""
    return Transaction(amount=0, currency=money.reference)


def _shorts(code_of: Callable[[Any], int], values: Iterable[str | None]) -> Shorts:
    """Return codes of words of which there are few."""
    known: dict[str | None, int] = {}
    made = []
    for value in values:
        code = known.get(value)
        if code is None:
            code = known[value] = code_of(value)
        made.append(code)
    return np.array(made, np.int16)


def _currencies(table: Table, money: Money, deletes: NDArray[np.bool_]) -> Shorts:
    try:
        found = table.coded("currency", code_of_currency, -1)
    except ValueError as error:
        raise EventInvalid(str(error), kind="transaction") from None
    if (found[~deletes] < 0).any():
        raise EventInvalid("a payment has no currency", kind="transaction")
    return np.where(found < 0, money.code, found).astype(np.int16)


def _countries(table: Table, name: str) -> Shorts:
    return table.coded(name, code_of_country, code_of_country(None)).astype(np.int16)


def _methods(table: Table) -> Bytes:
    try:
        found = table.coded("method", _METHOD_CODES.__getitem__, _METHOD_CODES[_DEFAULT_METHOD])
    except KeyError as error:
        raise EventInvalid(f"{error} is no method of payment", kind="transaction") from None
    return found.astype(np.int8)
