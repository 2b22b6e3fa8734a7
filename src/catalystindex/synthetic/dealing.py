"""Orders and trades: investors through brokers, and what patterns planted."""

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
    integers,
    mixed,
    opaque,
    words,
)
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import MILLION, Bools, Draws, Ints
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.market import CLOSES, OPENS, Market
from catalystindex.synthetic.payments import Rows
from catalystindex.synthetic.population import BROKER, Population
from catalystindex.synthetic.roles import role_number, role_words
from catalystindex.synthetic.tables import lognormal, zipf_lottery
from catalystindex.synthetic.vocabulary import VENUES

ORDER: Final = np.dtype(
    [
        ("time", np.int64),
        ("code", np.int64),
        ("quantity", np.int64),
        ("delay", np.int64),
        ("account", np.int32),
        ("trader", np.int32),
        ("instrument", np.int32),
        ("pattern", np.int32),
        ("buys", np.bool_),
        ("filled", np.bool_),
        ("limited", np.bool_),
    ]
)
"""Micros; number (`columns.code_of`); thousandths; micros until filled or cancelled; numbers of
account, person and instrument."""

SHARES: Final = lognormal(60, "1.0")
"""Whole shares of an order."""
MAX_DELAY: Final = 1_200 * MILLION
_RATE: Final = 220
"""Orders on a working day for 1,000 investors."""


class Dealing:
    """Makes the orders and trades of a day."""

    def __init__(self, people: Population, market: Market, ids: Ids, planted: Rows) -> None:
        self._people, self._market, self._ids = people, market, ids
        self._planted = planted[np.argsort(planted["time"], kind="stable")]
        self._lottery = zipf_lottery(len(market.issuers), 10 * len(market.issuers))
        self._brokers = people.persons + people.special[BROKER]

    def day(self, day: int) -> list[EventBatch]:
        """Return the orders of a day, what became of them, and the trades."""
        begin = self._people.config.origin + day * DAY_MICROS
        low, high = np.searchsorted(self._planted["time"], (begin, begin + DAY_MICROS))
        rows = np.concatenate([self._ordinary(day), self._planted[low:high]])
        price = self._market.price_at(day, rows["time"] + rows["delay"], rows["instrument"])
        return [*self._orders(rows, price), *self._trades(rows, price)]

    def _ordinary(self, day: int) -> Rows:
        config, people = self._people.config, self._people
        if not is_working_day(config.date_of(day)):
            return np.zeros(0, dtype=ORDER)
        draws = Draws(config.seed, "day", "orders", day)
        count = draws.around(max(1, len(people.investors) * _RATE // 1_000))
        rows = np.zeros(count, dtype=ORDER)
        begin = config.origin + day * DAY_MICROS
        latest = (CLOSES - MAX_DELAY) // MILLION
        rows["time"] = begin + draws.between(OPENS // MILLION, latest, count) * MILLION
        rows["time"] += draws.below(MILLION, count)
        rows["code"] = code_of(day, np.arange(count, dtype=np.int64))
        rows["trader"] = draws.choose(people.investors, count)
        rows["account"] = people.securities_of[rows["trader"]]
        rows["instrument"] = draws.choose(self._lottery, count)
        rows["quantity"] = np.maximum(1, draws.quantile(SHARES, count)) * 1_000
        rows["delay"] = draws.between(200, MAX_DELAY // 1_000, count) * 1_000
        rows["buys"] = draws.chance(530_000, count)
        rows["filled"] = draws.chance(860_000, count)
        rows["limited"] = draws.chance(400_000, count)
        rows["pattern"] = -1
        given: Rows = rows[people.alive(day)[rows["account"]]]
        return given

    def _orders(self, rows: Rows, price: Ints) -> list[EventBatch]:
        """Return two versions of each order: as given, and as it ended."""
        twice = np.concatenate([rows, rows])
        version = np.repeat(np.array([1, 2], dtype=np.int64), len(rows))
        times: Ints = twice["time"] + np.where(version == 2, twice["delay"], 0)
        status = np.where(version == 1, 0, np.where(twice["filled"], 1, 2))
        limit = np.concatenate([price, price]) // 10_000 * 10_000
        order = np.lexsort((version, mixed(twice["code"]), times))
        twice, version, times = twice[order], version[order], times[order]
        limited: Bools = twice["limited"]
        columns = {
            "entity_id": opaque("or-", twice["code"]),
            "version": pa.array(version),
            "account": words(self._ids.accounts, twice["account"]),
            "instrument": words(self._market.isins, twice["instrument"]),
            "side": words(("sell", "buy"), twice["buys"].astype(np.int8)),
            "quantity": pa.array(twice["quantity"].copy()),
            "currency": constant(self._people.config.currency, len(twice)),
            "trader": words(self._ids.persons, twice["trader"]),
            "type": words(("market", "limit"), limited.astype(np.int8)),
            "limit_price": integers(limit[order], ~limited),
            "venue": words(VENUES, twice["instrument"] % len(VENUES)),
            "status": words(("new", "filled", "cancelled"), status[order]),
        }
        return batches("order", times, columns, twice["pattern"].copy(), _roles(twice, "order"))

    def _trades(self, rows: Rows, price: Ints) -> list[EventBatch]:
        price, rows = price[rows["filled"]], rows[rows["filled"]]
        times: Ints = rows["time"] + rows["delay"]
        order = np.lexsort((mixed(rows["code"]), times))
        rows, times, price = rows[order], times[order], price[order] // 10_000 * 10_000
        broker = self._broker_for(rows)
        buys, code = rows["buys"], rows["code"]
        columns = {
            "entity_id": opaque("tr-", code),
            "instrument": words(self._market.isins, rows["instrument"]),
            "quantity": pa.array(rows["quantity"].copy()),
            "price": pa.array(price),
            "currency": constant(self._people.config.currency, len(rows)),
            "notional": pa.array(rows["quantity"] // 1_000 * (price // 10_000)),
            "buyer_account": words(self._ids.accounts, np.where(buys, rows["account"], broker)),
            "seller_account": words(self._ids.accounts, np.where(buys, broker, rows["account"])),
            "buy_order": opaque("or-", np.where(buys, code, -1)),
            "sell_order": opaque("or-", np.where(buys, -1, code)),
            "venue": words(VENUES, rows["instrument"] % len(VENUES)),
        }
        return batches("trade", times, columns, rows["pattern"].copy(), _roles(rows, "trade"))

    def _broker_for(self, rows: Rows) -> Ints:
        """Return who takes the other side: a broker, but not the one whose own order it is."""
        place, count = rows["code"] % len(self._brokers), len(self._brokers)
        own = self._brokers[place] == rows["account"]
        broker: Ints = self._brokers[np.where(own, (place + 1) % count, place)]
        return broker


def _roles(rows: Rows, name: str) -> Column:
    return role_words(np.where(rows["pattern"] >= 0, role_number(name), -1))
