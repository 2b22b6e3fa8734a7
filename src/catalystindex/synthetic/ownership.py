"""Who owns and directs companies, and the watch lists of this world."""

from collections.abc import Iterator
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
    joined,
    listed,
    mixed,
    numbered,
    opaque,
    words,
)
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import Bools, Draws, Ints
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.payments import Rows
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_number, role_words
from catalystindex.synthetic.tables import OFFICE, time_of_day
from catalystindex.synthetic.vocabulary import (
    CITIES,
    FAMILY_HEADS,
    FAMILY_TAILS,
    GIVEN,
    LISTS,
    PROGRAMS,
)

INTEREST: Final = np.dtype(
    [
        ("time", np.int64),
        ("number", np.int64),
        ("owner_person", np.int32),
        ("owner_company", np.int32),
        ("asset", np.int32),
        ("share", np.int32),
        ("pattern", np.int32),
        ("interest", np.int8),
    ]
)
"""Micros; number of the interest; owner as person or company; basis points, -1 for none."""

INTERESTS: Final = ("owns", "controls", "directs")
OWNS, CONTROLS, DIRECTS = range(3)
_APPOINTS: Final = 1_500
"""Chance that a company gets a new director on a working day, in millionths."""
_MINUTE: Final = 60_000_000
_BY_COMPANY: Final = 160_000
_RINGS: Final = 40
"""One company in so many begins a ring: three that own a part of each other in a circle."""
_DIAMONDS: Final = 30
"""One company in so many is owned by a person on two ways."""


class Ownership:
    """Interests in companies. Companies that patterns own are left to them."""

    def __init__(self, people: Population, ids: Ids, planted: Rows) -> None:
        self._people, self._ids = people, ids
        self._planted = _ordered(planted)
        self._taken = np.unique(planted["asset"])
        self._known = np.nonzero(people.known < people.config.origin)[0]
        rows = _standing(people, self._taken)
        self._standing = _ordered(rows)

    def opening(self) -> Iterator[EventBatch]:
        """Yield what was registered before day 0."""
        yield from self._render(self._standing)

    def day(self, day: int) -> list[EventBatch]:
        """Return what is registered on a day."""
        begin = self._people.config.origin + day * DAY_MICROS
        low, high = np.searchsorted(self._planted["time"], (begin, begin + DAY_MICROS))
        return self._render(_ordered(np.concatenate([self._new(day), self._planted[low:high]])))

    def _new(self, day: int) -> Rows:
        """Return directors that are appointed on a day."""
        people = self._people
        if not is_working_day(people.config.date_of(day)):
            return np.zeros(0, dtype=INTEREST)
        draws = Draws(people.config.seed, "day", "ownership", day)
        asset = np.nonzero(draws.chance(_APPOINTS, people.companies))[0]
        asset = asset[~np.isin(asset, self._taken)]
        rows = np.zeros(len(asset), dtype=INTEREST)
        begin = people.config.origin + day * DAY_MICROS
        rows["time"] = begin + draws.quantile(time_of_day(OFFICE), len(asset))
        rows["number"] = code_of(day + 1, np.arange(len(asset), dtype=np.int64))
        rows["owner_person"] = self._known[draws.below(len(self._known), len(asset))]
        rows["owner_company"], rows["share"], rows["pattern"] = -1, -1, -1
        rows["asset"], rows["interest"] = asset, DIRECTS
        return rows

    def _render(self, rows: Rows) -> list[EventBatch]:
        people = self._people
        either = np.where(
            rows["owner_person"] >= 0, rows["owner_person"], people.persons + rows["owner_company"]
        )
        share = np.where(rows["share"] >= 0, rows["share"], 0)
        day = (rows["time"] // DAY_MICROS).astype("datetime64[D]")
        columns: dict[str, Column] = {
            "entity_id": opaque("ow-", rows["number"]),
            "owner": words(pa.concat_arrays([self._ids.persons, self._ids.companies]), either),
            "asset": words(self._ids.companies, rows["asset"]),
            "interest": words(INTERESTS, rows["interest"]),
            "share": pa.array(share.astype(np.int64), mask=rows["share"] < 0),
            "role": words(("managing director",), np.where(rows["interest"] == DIRECTS, 0, -1)),
            "start": pa.array(np.datetime_as_string(day, unit="D").tolist(), pa.string()),
        }
        role = np.where(rows["pattern"] >= 0, role_number("ownership"), -1)
        pattern = rows["pattern"].copy()
        return batches("ownership", rows["time"].copy(), columns, pattern, role_words(role))


def _ordered(rows: Rows) -> Rows:
    ordered: Rows = rows[np.lexsort((mixed(rows["number"]), rows["time"]))]
    return ordered


def _standing(people: Population, taken: Ints) -> Rows:
    """Return two owners and a director of each company; some owners are companies themselves."""
    draws, count = Draws(people.config.seed, "ownership"), people.companies
    rows = np.zeros(3 * count, dtype=INTEREST)
    asset = np.repeat(np.arange(count), 3)
    place = np.tile(np.arange(3), count)
    rows["asset"], rows["pattern"], rows["number"] = asset, -1, np.arange(3 * count)
    rows["time"] = people.incorporated[asset] * DAY_MICROS + 600 * _MINUTE + place * _MINUTE
    first = draws.between(5_000, 9_000, count)
    rows["share"] = np.where(place == 0, first[asset], 10_000 - first[asset])
    rows["share"][place == 2] = -1
    rows["interest"] = np.where(place == 2, DIRECTS, OWNS)
    person = draws.below(people.persons, 3 * count)
    firm = (asset + 1 + draws.below(max(1, count - 1), 3 * count)) % count
    by_firm = draws.chance(_BY_COMPANY, 3 * count) & (place < 2)
    _weave(people, rows, person, firm, by_firm)
    rows["owner_person"] = np.where(by_firm, -1, person)
    rows["owner_company"] = np.where(by_firm, firm, -1)
    return rows[~np.isin(asset, taken)]


def _weave(people: Population, rows: Rows, person: Ints, firm: Ints, by_firm: Bools) -> None:
    """Make rings and diamonds among neighbours; the arrays are changed in place."""
    count = people.companies
    for one in range(0, count - 3, _RINGS):
        for step in range(3):
            row = 3 * (one + step) + 1  # the second owner
            firm[row], by_firm[row] = one + (step + 1) % 3, True
    for top in range(7, count - 3, _DIAMONDS):
        owner = person[3 * top]
        for step in (1, 2):  # the person owns both, both own the first
            person[3 * (top + step)], by_firm[3 * (top + step)] = owner, False
            firm[3 * top + step - 1], by_firm[3 * top + step - 1] = top + step, True


def listings(people: Population) -> list[EventBatch]:
    """Return watch-list entries; every third has the name and birth date of a person here."""
    draws = Draws(people.config.seed, "listings")
    count = 6 + people.persons // 2_000
    number = np.arange(count, dtype=np.int64)
    person = draws.order(people.persons)[:count]
    here = number % 3 == 0
    house = people.house_name[people.household[person]]
    given = np.where(here, people.given[person], draws.below(len(GIVEN), count))
    other = draws.below(len(FAMILY_HEADS) * len(FAMILY_TAILS), count)
    family = np.where(here, house, other)
    birth = np.where(here, people.birth[person], -draws.below(12_000, count))
    times = people.config.origin - (count - number) * DAY_MICROS
    families = [head + tail for head in FAMILY_HEADS for tail in FAMILY_TAILS]
    born = birth.astype("datetime64[D]")
    columns: dict[str, Column] = {
        "entity_id": numbered("li-", number, 7),
        "list": words(LISTS, number % len(LISTS)),
        "schema": constant("person", count),
        "name": joined(words(GIVEN, given), " ", words(families, family)),
        "programs": listed(words(PROGRAMS, number % len(PROGRAMS))),
        "birth_dates": listed(pa.array(np.datetime_as_string(born, unit="D").tolist())),
        "countries": listed(words([city.country for city in CITIES], number % len(CITIES))),
        "reason": constant("An invented entry, for tests.", count),
    }
    return batches("listing", times, columns, np.full(count, -1), pa.nulls(count, pa.string()))
