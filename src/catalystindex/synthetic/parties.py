"""Persons, companies and accounts as events: who was there before, and what changes on a day."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.columns import (
    BATCH_ROWS,
    Column,
    batches,
    integers,
    joined,
    listed,
    numbered,
    words,
)
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.devices import Devices
from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.population import NEVER, SECTOR_NAMES, TYPES, Population
from catalystindex.synthetic.tables import DAYTIME, time_of_day
from catalystindex.synthetic.vocabulary import (
    BANKS,
    CITIES,
    COMPANY_HEADS,
    COMPANY_TAILS,
    FAMILY_HEADS,
    FAMILY_TAILS,
    FORMS,
    GIVEN,
    OCCUPATIONS,
    STREETS,
)

_FAMILIES = pa.array([head + tail for head in FAMILY_HEADS for tail in FAMILY_TAILS])
_FIRMS = pa.array([head + tail for head in COMPANY_HEADS for tail in COMPANY_TAILS])
_TOWNS = tuple(city.name for city in CITIES)
_COUNTRIES = tuple(city.country for city in CITIES)
_Render = Callable[[Ints, Ints], list[EventBatch]]


class Parties:
    """Turns the population into events. The devices include those of patterns."""

    def __init__(self, people: Population, ids: Ids, devices: Devices) -> None:
        self._people, self._ids, self._devices = people, ids, devices

    def opening(self) -> Iterator[EventBatch]:
        """Yield what is known before day 0, kind by kind, in order of time within each."""
        people = self._people
        early = people.opened_day < 0
        founded = people.incorporated * DAY_MICROS
        known = np.nonzero(people.known < people.config.origin)[0]
        yield from _chunked(known, people.known, self._known_batches)
        yield from _chunked(np.arange(people.companies), founded, self._company_batches)
        yield from _chunked(np.nonzero(early)[0], people.opened, self._opened_batches)

    def day(self, day: int) -> Iterator[EventBatch]:
        """Yield persons that became customers on a day, and accounts opened and closed."""
        people = self._people
        begin = people.config.origin + day * DAY_MICROS
        met = np.nonzero((people.known >= begin) & (people.known < begin + DAY_MICROS))[0]
        yield from self._person_day(met, day)
        new = np.nonzero(people.opened_day == day)[0]
        closed = np.nonzero((people.closed_day == day) & (people.closed != NEVER))[0]
        number = np.concatenate([new, closed])
        version = np.repeat(np.array([1, 2], dtype=np.int64), [len(new), len(closed)])
        times = np.where(version == 2, people.closed[number], people.opened[number])
        order = np.lexsort((number, times))
        yield from self._account_batches(number[order], times[order], version[order], day)

    def _person_day(self, met: Ints, day: int) -> list[EventBatch]:
        """Return persons who are new, and those who have a new device, in the second version."""
        people, renewed = self._people, np.nonzero(self._devices.renewed_day == day)[0]
        begin = people.config.origin + day * DAY_MICROS
        draws = Draws(people.config.seed, "day", "devices", day)
        told = begin + draws.quantile(time_of_day(DAYTIME), len(renewed))
        number = np.concatenate([met, renewed])
        version = np.repeat(np.array([1, 2], dtype=np.int64), [len(met), len(renewed)])
        times = np.concatenate([people.known[met], told])
        order = np.lexsort((number, times))
        return self._person_batches(number[order], times[order], version[order], day + 1)

    def _known_batches(self, number: Ints, times: Ints) -> list[EventBatch]:
        return self._person_batches(number, times, np.ones(len(number), dtype=np.int64), 0)

    def _opened_batches(self, number: Ints, times: Ints) -> list[EventBatch]:
        return self._account_batches(number, times, np.ones(len(number), dtype=np.int64), 0)

    def _person_batches(
        self, number: Ints, times: Ints, version: Ints, day: int
    ) -> list[EventBatch]:
        people, ids = self._people, self._ids
        house = people.household[number]
        given = words(GIVEN, people.given[number])
        family = words(_FAMILIES, people.house_name[house])
        person = words(ids.persons, number)
        born = (people.birth[number]).astype("datetime64[D]")
        country = words(_COUNTRIES, people.city[number])
        columns = {
            "entity_id": person,
            "version": pa.array(version),
            "name": joined(given, " ", family),
            "birth_date": pa.array(np.datetime_as_string(born, unit="D").tolist(), pa.string()),
            "nationalities": listed(country),
            "country": country,
            "occupation": words(OCCUPATIONS, people.occupation[number]),
            "addresses": listed(_address(people.house_street[house], people.house_city[house])),
            "phones": listed(numbered("+99", people.phone[number] % 10**9, 9)),
            "emails": listed(joined(person, "@mail.example")),
            "devices": listed(words(ids.devices, self._devices.on(day)[number])),
        }
        return _plain("person", times, columns)

    def _company_batches(self, number: Ints, times: Ints) -> list[EventBatch]:
        people = self._people
        city = people.company_city[number]
        founded = people.incorporated[number].astype("datetime64[D]")
        first = words(_FIRMS, people.company_head[number] % len(_FIRMS))
        columns = {
            "entity_id": words(self._ids.companies, number),
            "name": joined(
                first, " ", words(_TOWNS, city), " ", words(FORMS, people.company_form[number])
            ),
            "registration_number": numbered("HRB", number, 7),
            "jurisdiction": words(_COUNTRIES, city),
            "legal_form": words(FORMS, people.company_form[number]),
            "incorporation_date": pa.array(
                np.datetime_as_string(founded, unit="D").tolist(), pa.string()
            ),
            "sector": words(SECTOR_NAMES, people.sector[number]),
            "addresses": listed(_address(people.company_street[number], city)),
            "phones": listed(numbered("+98", people.company_street[number] % 10**9, 9)),
        }
        return _plain("company", times, columns)

    def _account_batches(
        self, number: Ints, times: Ints, version: Ints, day: int
    ) -> list[EventBatch]:
        people, ids = self._people, self._ids
        owner = people.owner[number]
        closed = people.closed[number]
        open_still = (closed == NEVER) | ((version == 1) & (people.closed_day[number] >= 0))
        holder = words(
            pa.concat_arrays([ids.persons, ids.companies]),
            np.where(owner >= 0, owner, people.persons + people.firm[number]),
        )
        device = np.where(owner >= 0, self._devices.on(day)[owner], -1)
        columns = {
            "entity_id": words(ids.accounts, number),
            "version": pa.array(version),
            "holders": listed(holder),
            "type": words(TYPES, people.type[number]),
            "currency": pa.repeat(people.config.currency, len(number)),
            "iban": numbered("XX00SYNT", number, 10),
            "bank": words(BANKS, people.bank[number]),
            "branch": words(ids.branches, people.branch[number]),
            "country": words(_COUNTRIES, people.home[number]),
            "opened": pa.array(people.opened[number]),
            "closed": integers(closed, open_still),
            "status": words(("active", "closed"), np.where(open_still, 0, 1)),
            "devices": listed(words(ids.devices, device)),
        }
        return _plain("account", times, columns)


def _plain(kind: str, times: Ints, columns: dict[str, Column]) -> list[EventBatch]:
    """Return events that no pattern planted."""
    count = len(times)
    return batches(kind, times, columns, np.full(count, -1), pa.nulls(count, pa.string()))


def _address(street: Ints, city: Ints) -> Column:
    """Return lines such as ``Ringstraße 12, Altenhafen``."""
    house = pa.array((street // len(STREETS) % 140 + 1).astype(str).tolist(), pa.string())
    return joined(words(STREETS, street % len(STREETS)), " ", house, ", ", words(_TOWNS, city))


def _chunked(number: Ints, times: Ints, render: _Render) -> Iterator[EventBatch]:
    """Yield what is rendered of these numbers, in order of time, a bounded part at once."""
    order = number[np.argsort(times[number], kind="stable")]
    for begin in range(0, len(order), BATCH_ROWS):
        part = order[begin : begin + BATCH_ROWS]
        yield from render(part, times[part])
