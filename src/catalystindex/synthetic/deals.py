"""Trade in goods: deals as rows, their invoices, shipments and payments as events.

A deal is made on one day, shipped two days later and paid some days after. Each day makes the deals
of the earlier days anew, so that no day waits for another.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour.calendar import is_working_day
from catalystindex.synthetic.columns import (
    Column,
    batches,
    code_of,
    constant,
    mixed,
    numbered,
    opaque,
    words,
)
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import MILLION, Draws, Ints
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.market import Market
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_number, role_words
from catalystindex.synthetic.tables import OFFICE, lognormal, time_of_day
from catalystindex.synthetic.ties import Ties
from catalystindex.synthetic.vocabulary import (
    CARRIERS,
    GDDS,
    GOODS,
    L_INVOICE,
    ONLINE_BANK,
    PORTS,
    TRANSFER,
    VESSELS,
    WIRE,
)

DEAL: Final = np.dtype(
    [
        ("time", np.int64),
        ("code", np.int64),
        ("bill", np.int64),
        ("quantity", np.int64),
        ("unit_price", np.int64),
        ("net", np.int64),
        ("vat", np.int64),
        ("shipped_quantity", np.int64),
        ("seller", np.int32),
        ("buyer", np.int32),
        ("pattern", np.int32),
        ("good", np.int8),
        ("terms", np.int8),
        ("pay_after", np.int16),
        ("ship_after", np.int16),
    ]
)
"""Micros of the invoice; ``code`` its number (`columns.code_of`), ``bill`` that of the bill of
lading; thousandths of a unit; millionths a unit; minor units; companies; days, -1 for never."""

TERMS: Final = (3, 10, 14, 30)
"""Days after which deals are paid."""
SHIP_AFTER: Final = 2
VAT: Final = 190_000
"""Tax on deals within a country, in millionths."""
WIRE_FROM: Final = 1_500_000
_RATE: Final = 90
"""Deals on a working day for 1,000 traders of goods."""
_CALLED_OFF: Final = 15_000
_QUANTITY: Final = lognormal(1_000, "0.7")
_MARGIN: Final = 18_000


def net_of(quantity: Ints, unit_price: Ints) -> Ints:
    """Return minor units of thousandths of a unit, at millionths of the major unit each."""
    return quantity * (unit_price // 1_000) // 10_000


class Deals:
    """Makes the deals of any day, and what comes of them."""

    def __init__(
        self, people: Population, ties: Ties, market: Market, ids: Ids, planted: Rows
    ) -> None:
        self._people, self._ties, self._market, self._ids = people, ties, market, ids
        self._planted = planted[np.argsort(planted["time"], kind="stable")]
        self._of_day = lru_cache(maxsize=64)(self._make)

    def _make(self, day: int) -> Rows:
        """Return the deals of a day in order of time and code."""
        begin = self._people.config.origin + day * DAY_MICROS
        low, high = np.searchsorted(self._planted["time"], (begin, begin + DAY_MICROS))
        rows = np.concatenate([self._ordinary(day), self._planted[low:high]])
        return rows[np.lexsort((mixed(rows["code"]), rows["time"]))]

    def _ordinary(self, day: int) -> Rows:
        config, traders = self._people.config, self._ties.traders
        if not is_working_day(config.date_of(day)) or len(traders) < 2:
            return np.zeros(0, dtype=DEAL)
        draws = Draws(config.seed, "day", "deals", day)
        count = draws.around(max(1, len(traders) * _RATE // 1_000))
        rows = np.zeros(count, dtype=DEAL)
        begin = config.origin + day * DAY_MICROS
        rows["time"] = begin + draws.quantile(time_of_day(OFFICE), count)
        rows["code"] = rows["bill"] = code_of(day, np.arange(count, dtype=np.int64))
        seller = draws.below(len(traders), count)
        step = 1 + draws.below(min(9, len(traders) - 1), count)
        rows["seller"], rows["buyer"] = traders[seller], traders[(seller + step) % len(traders)]
        good = traders[seller] % len(GOODS)
        sizes = np.array([entry.quantity for entry in GOODS])
        units = np.maximum(1, sizes[good] * draws.quantile(_QUANTITY, count) // 1_000)
        market = self._market.goods[day][good]
        rows["good"], rows["quantity"] = good, units * 1_000
        price = market * (MILLION + draws.between(-_MARGIN, _MARGIN, count)) // MILLION
        rows["unit_price"] = price // 10_000 * 10_000
        rows["net"] = net_of(rows["quantity"], rows["unit_price"])
        rows["vat"] = self._tax(rows)
        off = draws.chance(_CALLED_OFF, count)
        rows["pay_after"] = np.where(off, -1, draws.choose(np.array(TERMS), count))
        rows["ship_after"] = np.where(off, -1, SHIP_AFTER)
        rows["shipped_quantity"] = rows["quantity"]
        rows["terms"] = np.maximum(rows["pay_after"], TERMS[0])
        rows["pattern"] = -1
        return rows

    def _tax(self, rows: Rows) -> Ints:
        cities = self._people.company_city
        home = cities[rows["seller"]] // 2 == cities[rows["buyer"]] // 2
        tax: Ints = np.where(home, rows["net"] * VAT // MILLION, 0)
        return tax

    def invoices(self, day: int) -> list[EventBatch]:
        """Return the invoices of a day."""
        rows = self._of_day(day)
        count = len(rows)
        issued = self._people.config.date_of(day)
        due = [
            self._people.config.date_of(day + terms).isoformat() for terms in range(TERMS[-1] + 1)
        ]
        columns = {
            "entity_id": opaque("in-", rows["code"]),
            "seller": words(self._ids.companies, rows["seller"]),
            "buyer": words(self._ids.companies, rows["buyer"]),
            "amount": pa.array(rows["net"] + rows["vat"]),
            "number": opaque("RE", rows["code"]),
            "issued": constant(issued.isoformat(), count),
            "due": words(due, rows["terms"]),
            **self._goods(rows),
            "quantity": pa.array(rows["quantity"].copy()),
            "unit_price": pa.array(rows["unit_price"].copy()),
            "vat": pa.array(rows["vat"].copy()),
            "vat_id": numbered("XX", rows["seller"].astype(np.int64), 9),
        }
        return _events("invoice", rows, rows["time"].copy(), columns, "invoice")

    def _goods(self, rows: Rows) -> dict[str, Column]:
        good = rows["good"]
        return {
            "currency": constant(self._people.config.currency, len(rows)),
            "goods": words([entry.name for entry in GOODS], good),
            "hs_code": words([entry.hs_code for entry in GOODS], good),
            "unit": words([entry.unit for entry in GOODS], good),
        }

    def shipments(self, day: int) -> list[EventBatch]:
        """Return what leaves on a day."""
        made = self._of_day(day - SHIP_AFTER) if day >= SHIP_AFTER else np.zeros(0, dtype=DEAL)
        rows = made[made["ship_after"] == SHIP_AFTER]
        times = rows["time"] + SHIP_AFTER * DAY_MICROS
        ports = len(PORTS)
        origin = rows["seller"] % ports
        target = (origin + 1 + rows["buyer"] % (ports - 1)) % ports
        travel = (1 + (rows["seller"] + rows["buyer"]) % 9).astype(np.int64) * DAY_MICROS
        columns = {
            "entity_id": opaque("sh-", rows["code"]),
            "consignor": words(self._ids.companies, rows["seller"]),
            "consignee": words(self._ids.companies, rows["buyer"]),
            "invoice": opaque("in-", rows["code"]),
            "carrier": words(CARRIERS, rows["seller"] % len(CARRIERS)),
            "vessel": words(VESSELS, rows["buyer"] % len(VESSELS)),
            "bill_of_lading": opaque("BL", rows["bill"]),
            "origin": words(PORTS, origin),
            "destination": words(PORTS, target),
            "departed": pa.array(times),
            "arrived": pa.array(times + travel),
            **self._goods(rows),
            "quantity": pa.array(rows["shipped_quantity"].copy()),
            "declared_value": pa.array(rows["net"].copy()),
        }
        return _events("shipment", rows, times, columns, "shipment")

    def payments(self, day: int) -> Rows:
        """Return payments of earlier deals that are due on a day."""
        parts = [_due(self._of_day(day - terms), terms) for terms in TERMS if day >= terms]
        rows = np.concatenate(parts) if parts else np.zeros(0, dtype=DEAL)
        persons = self._people.persons
        amount = rows["net"] + rows["vat"]
        return payments(
            len(rows),
            time=rows["time"] + rows["pay_after"].astype(np.int64) * DAY_MICROS,
            debtor=persons + rows["buyer"],
            creditor=persons + rows["seller"],
            amount=amount,
            method=np.where(amount >= WIRE_FROM, WIRE, TRANSFER),
            purpose=GDDS,
            channel=ONLINE_BANK,
            line=L_INVOICE,
            invoice=rows["code"],
            pattern=rows["pattern"],
            role=_role(rows, "payment"),
        )


def _due(rows: Rows, terms: int) -> Rows:
    due: Rows = rows[rows["pay_after"] == terms]
    return due


def _role(rows: Rows, name: str) -> Ints:
    return np.where(rows["pattern"] >= 0, role_number(name), -1)


def _events(
    kind: str, rows: Rows, times: Ints, columns: dict[str, Column], role: str
) -> list[EventBatch]:
    return batches(kind, times, columns, rows["pattern"].copy(), role_words(_role(rows, role)))
