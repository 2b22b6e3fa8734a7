"""Payments as rows of numbers, and their columns as events."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.columns import Column, batches, constant, numbered, opaque, words
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_words
from catalystindex.synthetic.vocabulary import (
    ABROAD,
    CHANNELS,
    LINES,
    MCCS,
    METHODS,
    PURPOSES,
    SECTORS,
)

PAYMENT: Final = np.dtype(
    [
        ("time", np.int64),
        ("amount", np.int64),
        ("debtor", np.int32),
        ("creditor", np.int32),
        ("merchant", np.int32),
        ("device", np.int32),
        ("card", np.int32),
        ("invoice", np.int64),
        ("pattern", np.int32),
        ("abroad", np.int16),
        ("branch", np.int16),
        ("role", np.int16),
        ("method", np.int8),
        ("purpose", np.int8),
        ("channel", np.int8),
        ("line", np.int8),
        ("declined", np.bool_),
    ]
)
"""A payment: micros, minor units, and numbers of accounts, companies, words; -1 says none."""

_FOREIGN: Final = {
    name: pa.array([getattr(foreigner, name) for foreigner in ABROAD])
    for name in ("name", "agent", "country")
}

Rows = npt.NDArray[np.void]
Value = npt.NDArray[np.integer] | npt.NDArray[np.bool_] | int

_UNSET: Final = {
    name: -1 for name in PAYMENT.names or () if name not in {"time", "amount", "declined"}
}


def payments(count: int, **fields: Value) -> Rows:
    """Return so many rows with these fields, the others unset."""
    rows = np.zeros(count, dtype=PAYMENT)
    for name, unset in _UNSET.items():
        if name not in fields:
            rows[name] = unset
    for name, value in fields.items():
        rows[name] = value
    return rows


def settled(parts: Sequence[Rows], alive: npt.NDArray[np.bool_], planted: Rows) -> Rows:
    """Return all rows in the order of their time; of equal times the earlier part comes first.

    Of the parts only those rows are kept that are between two different accounts, both alive as far
    as there are two; what was planted is kept as it is.
    """
    rows = np.concatenate([*parts, planted])
    debtor, creditor = rows["debtor"], rows["creditor"]
    keep = (debtor != creditor) & (rows["amount"] > 0)
    keep &= (debtor < 0) | alive[debtor]
    keep &= (creditor < 0) | alive[creditor]
    keep[len(rows) - len(planted) :] = True
    kept = np.nonzero(keep)[0]
    ordered: Rows = rows[kept[np.argsort(rows["time"][kept], kind="stable")]]
    return ordered


class PaymentColumns:
    """Turns the ordered payments of a day into events."""

    def __init__(self, people: Population, ids: Ids) -> None:
        self._ids, self._currency = ids, people.config.currency
        mcc = np.array([sector.mcc for sector in SECTORS] + [-1] * 16)
        self._mcc = mcc[people.sector]

    def render(self, day: int, rows: Rows) -> list[EventBatch]:
        """Return the day's payments as batches; the n-th payment of day d is ``tx-d-n``."""
        count, ids = len(rows), self._ids
        merchant = rows["merchant"]
        numbers = np.arange(count, dtype=np.int64)
        sides = self._sides(rows)
        columns: dict[str, Column] = {
            "entity_id": numbered("tx-", numbers, 7, f"{day:04d}-"),
            "amount": pa.array(rows["amount"].copy()),
            "currency": constant(self._currency, count),
            **sides,
            "method": words(METHODS, rows["method"]),
            "purpose": words(PURPOSES, rows["purpose"]),
            "remittance": words(LINES, rows["line"]),
            "channel": words(CHANNELS, rows["channel"]),
            "branch": words(ids.branches, rows["branch"]),
            "device": words(ids.devices, rows["device"]),
            "merchant": words(ids.companies, merchant),
            "mcc": words(MCCS, np.where(merchant >= 0, self._mcc[merchant], -1)),
            "card": words(ids.cards, rows["card"]),
            "declined": pa.array(rows["declined"].copy()),
            "invoice": opaque("in-", rows["invoice"]),
        }
        roles = role_words(rows["role"])
        return batches("transaction", rows["time"].copy(), columns, rows["pattern"], roles)

    def _sides(self, rows: Rows) -> dict[str, Column]:
        """Return who pays and who is paid: by account here, by what the wire says abroad."""
        columns: dict[str, Column] = {}
        for side in ("debtor", "creditor"):
            account = rows[side]
            columns[f"{side}_account"] = words(self._ids.accounts, account)
            foreign = np.where(account < 0, rows["abroad"], -1)
            for name, vocabulary in _FOREIGN.items():
                columns[f"{side}_{name}"] = words(vocabulary, foreign)
        return columns
