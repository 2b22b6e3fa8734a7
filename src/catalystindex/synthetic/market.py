"""Prices of securities and of goods for every day, and the announcements that move them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour.calendar import is_working_day
from catalystindex.synthetic.columns import batches, constant, numbered, opaque, opaque_id, words
from catalystindex.synthetic.config import DAY_MICROS, SynthConfig
from catalystindex.synthetic.draws import MILLION, Draws, Ints
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_number, role_words
from catalystindex.synthetic.vocabulary import GOODS, VENUES

INSTRUMENTS: Final = 1_500
"""Securities at most; small banks have fewer."""
OPENS: Final = 9 * 3_600 * MILLION
CLOSES: Final = 17 * 3_600 * MILLION
"""Times of day between which securities are traded."""

_PER_MINOR: Final = 10_000
"""Millionths of a major unit in a minor one."""
_CEILING: Final = 10**12
_STEP: Final = 9_000
"""Largest of the three parts of a day's move, in millionths."""
_QUIET: Final = 45
"""Working days between announcements of an issuer, about."""
_CATEGORIES: Final = ("earnings", "guidance", "merger", "regulatory")
_UP: Final = (
    "raises its outlook for the year",
    "reports earnings well above expectations",
    "agrees to a takeover at a premium",
    "wins approval for its main product",
)
_DOWN: Final = (
    "cuts its outlook for the year",
    "reports a loss and suspends the dividend",
    "ends talks on a merger",
    "is refused approval for its main product",
)


@dataclass(frozen=True, slots=True)
class News:
    """What an issuer makes public: the price jumps by ``jump`` millionths at ``time``."""

    number: int
    day: int
    time: int
    instrument: int
    jump: int


class Market:
    """Price paths, made once. Prices are in millionths of the major unit."""

    def __init__(self, people: Population) -> None:
        self._config = people.config
        count = min(INSTRUMENTS, max(4, people.companies // 25))
        self.issuers: Ints = np.sort(people.ordinary[:count])
        """Company that issued each instrument."""
        self.isins = numbered("XS", self.issuers * 7 + 100, 10)
        self.news = tuple(_drawn_news(self._config, count))
        self._by_day: dict[int, list[News]] = {}
        for item in self.news:
            self._by_day.setdefault(item.day, []).append(item)
        self.opens, self.calm, self.closes = self._paths(count)
        self.goods = _goods_path(self._config)
        """Price of each good on each day."""

    def _paths(self, count: int) -> tuple[Ints, Ints, Ints]:
        """Return for each day the price at the opening, at the close without news, at the close."""
        config, draws = self._config, Draws(self._config.seed, "prices")
        shape = (config.days, count)
        opens, calm, closes = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        price = draws.between(8, 180, count) * MILLION
        for day in range(config.days):
            moves = draws.between(-_STEP, _STEP, 3 * count).reshape(3, count).sum(axis=0)
            opens[day] = price
            if is_working_day(config.date_of(day)):
                price = _moved(price, moves)
            calm[day] = price
            jumps = np.zeros(count, dtype=np.int64)
            for item in self._by_day.get(day, ()):
                jumps[item.instrument] = item.jump
            price = _moved(price, jumps)
            closes[day] = price
        return opens, calm, closes

    def news_of(self, day: int) -> list[News]:
        """Return the announcements of a day, in order of time."""
        return sorted(
            self._by_day.get(day, ()), key=lambda item: (item.time, opaque_id("", item.number))
        )

    def price_at(self, day: int, times: Ints, instruments: Ints) -> Ints:
        """Return prices of instruments at times of the day (micros since 1970)."""
        begin = self._config.origin + day * DAY_MICROS
        gone = np.clip((times - begin - OPENS) // MILLION, 0, (CLOSES - OPENS) // MILLION)
        first, last = self.opens[day][instruments], self.calm[day][instruments]
        price = first + (last - first) * gone // ((CLOSES - OPENS) // MILLION)
        spoken = np.full(len(self.issuers), 2**62)
        for item in self._by_day.get(day, ()):
            spoken[item.instrument] = item.time
        heard: Ints = np.where(times >= spoken[instruments], self.closes[day][instruments], price)
        return heard

    def quotes(self, day: int) -> list[EventBatch]:
        """Return the day's bars of securities and goods; none at weekends."""
        config = self._config
        if not is_working_day(config.date_of(day)):
            return []
        draws = Draws(config.seed, "day", "quotes", day)
        before = self.goods[max(day - 1, 0)]
        opens = np.concatenate([self.opens[day], before])
        closes = np.concatenate([self.closes[day], self.goods[day]])
        count, listed = len(opens), len(self.issuers)
        high = _moved(np.maximum(opens, closes), draws.below(6_000, count))
        low = _moved(np.minimum(opens, closes), -draws.below(6_000, count))
        codes = pa.array([good.hs_code for good in GOODS])
        units = [*([-1] * listed), *range(len(GOODS))]
        columns = {
            "entity_id": numbered("qu-", np.arange(count) + day * 10_000, 8),
            "instrument": pa.concat_arrays([self.isins, codes]),
            "currency": constant(config.currency, count),
            "open": pa.array(opens),
            "high": pa.array(high),
            "low": pa.array(low),
            "close": pa.array(closes),
            "volume": pa.array(draws.between(2_000, 90_000, count) * 1_000),
            "venue": words(VENUES, np.array([0] * listed + [-1] * len(GOODS))),
            "unit": words([good.unit for good in GOODS], np.array(units)),
        }
        times = np.full(count, config.origin + day * DAY_MICROS)
        return batches("quote", times, columns, np.full(count, -1), role_words(np.full(count, -1)))

    def announcements(self, day: int, marks: dict[int, int]) -> list[EventBatch]:
        """Return the day's announcements; ``marks`` gives the pattern of some, by number."""
        items = self.news_of(day)
        if not items:
            return []
        spoken = [announcement_text(item) for item in items]
        companies = self.issuers[np.array([item.instrument for item in items], dtype=np.int64)]
        pattern = np.array([marks.get(item.number, -1) for item in items], dtype=np.int64)
        names = numbered("co-", companies, 7)
        columns = {
            "entity_id": opaque("an-", np.array([item.number for item in items], dtype=np.int64)),
            "issuer": names,
            "headline": pa.array(
                [f"{name} {text}" for name, text in zip(names.to_pylist(), spoken, strict=True)],
                pa.string(),
            ),
            "instrument": words(
                self.isins, np.array([item.instrument for item in items], dtype=np.int64)
            ),
            "category": words(
                _CATEGORIES, np.array([item.number % len(_CATEGORIES) for item in items])
            ),
        }
        times = np.array([item.time for item in items], dtype=np.int64)
        role = np.where(pattern >= 0, role_number("announcement"), -1)
        return batches("announcement", times, columns, pattern, role_words(role))


def announcement_text(item: News) -> str:
    """Return what an announcement says, without the name."""
    return (_UP if item.jump > 0 else _DOWN)[item.number % len(_UP)]


def _drawn_news(config: SynthConfig, count: int) -> Iterator[News]:
    """Yield announcements in order of day; an issuer makes one a day at most."""
    draws, number = Draws(config.seed, "news"), 0
    for day in range(config.days):
        told = draws.chance(MILLION // _QUIET, count)
        hours = draws.between(10 * 3_600, 15 * 3_600, count) * MILLION
        sizes, ups = draws.between(35_000, 160_000, count), draws.chance(550_000, count)
        if not is_working_day(config.date_of(day)):
            continue
        for instrument in np.nonzero(told)[0].tolist():
            jump = int(sizes[instrument]) * (1 if ups[instrument] else -1)
            time = config.origin + day * DAY_MICROS + int(hours[instrument])
            yield News(number, day, time, instrument, jump)
            number += 1


def _moved(price: Ints, millionths: Ints) -> Ints:
    moved: Ints = np.clip(price * (MILLION + millionths) // MILLION, MILLION // 10, _CEILING)
    return moved


def _goods_path(config: SynthConfig) -> Ints:
    """Return prices of goods: they wander, and are drawn back to where they began."""
    draws = Draws(config.seed, "goods")
    base = np.array([good.price for good in GOODS], dtype=np.int64) * _PER_MINOR
    path, price = np.zeros((config.days, len(GOODS)), dtype=np.int64), base
    for day in range(config.days):
        moves = draws.between(-5_000, 5_000, 3 * len(GOODS)).reshape(3, -1).sum(axis=0)
        pull = (base - price) * 10_000 // price
        price = _moved(price, moves + pull)
        path[day] = price
    return path
