"""One pattern in the making: its people, its clock, and what it plants."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import isqrt
from typing import Final

from catalystindex.synthetic.behaviour.companies import SUPPLY_AMOUNTS
from catalystindex.synthetic.behaviour.people import FRIENDLY_AMOUNTS
from catalystindex.synthetic.cast import Cast, NoRoom, Pool
from catalystindex.synthetic.columns import PER_DAY, PLANTED
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.devices import Devices
from catalystindex.synthetic.draws import Dice, Ints
from catalystindex.synthetic.ids import account_id, company_id, person_id
from catalystindex.synthetic.market import Market, News
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.roles import role_number
from catalystindex.synthetic.ties import Ties
from catalystindex.synthetic.vocabulary import (
    CASH,
    FRIENDLY,
    MOBILE,
    ONLINE_BANK,
    OTHR,
    TRANSFER,
    WIRE,
)

HOUR: Final = 3_600_000_000
MINUTE: Final = 60_000_000
THOUSAND: Final = 1_000
WIRES_FROM: Final = 1_500_000
_NIGHT_ENDS: Final = 6 * HOUR
_OFFICE: Final = (9 * HOUR, 17 * HOUR)
_SUNDAYS: Final = 5
_DECOYS: Final = 3
_HALVINGS: Final = 8

Fields = dict[str, int]


@dataclass
class Planted:
    """What a pattern adds to the days: rows by kind, as fields by name. Codes are set later."""

    payments: list[Fields] = field(default_factory=list)
    deals: list[Fields] = field(default_factory=list)
    orders: list[Fields] = field(default_factory=list)
    messages: list[Fields] = field(default_factory=list)
    interests: list[Fields] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    devices: dict[int, int] = field(default_factory=dict)
    """Device that a person banks with instead of the own, by person."""
    news: list[News] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scene:
    """What all patterns share."""

    people: Population
    ties: Ties
    market: Market
    devices: Devices
    cast: Cast
    taken_persons: set[int] = field(default_factory=set)
    taken_companies: set[int] = field(default_factory=set)
    taken_news: set[int] = field(default_factory=set)
    codes: Iterator[int] = field(default_factory=lambda: count(PLANTED))
    """Numbers for `columns.code_of` of what patterns plant, each given once."""


class Plan:
    """Draws and notes one pattern. What it needs and cannot have raises `NoRoom`."""

    def __init__(self, scene: Scene, number: int, dice: Dice, first_device: int) -> None:
        self.scene, self.people, self.number, self.dice = scene, scene.people, number, dice
        config = scene.people.config
        self._config = config
        self.difficulty = round(config.difficulty * THOUSAND)
        """In thousandths."""
        self.planted = Planted()
        self.roles: dict[str, list[str]] = {}
        self._chosen: list[tuple[Pool, set[int], list[int]]] = []
        self._first_device, self.new_devices = first_device, 0
        self._pace, self.start = THOUSAND, config.origin

    # --- clock ---

    def begin(self, days: int, not_before: int = 0) -> int:
        """Choose a morning from which so many days are left, and return it in micros.

        Where the period is shorter, delays shrink to it.
        """
        room = self._config.days - not_before
        if room < 3:
            raise NoRoom
        self._pace = min(THOUSAND, room * THOUSAND // days)
        day = not_before + self.dice.below(max(1, room - days + 1))
        self.start = self._config.origin + day * DAY_MICROS + self.dice.between(7, 11) * HOUR
        self.start += self.dice.below(HOUR)
        return self.start

    def day_of(self, time: int) -> int:
        """Return the day of the period that a time is in."""
        return (time - self._config.origin) // DAY_MICROS

    def later(self, time: int, fast: tuple[int, int], slow: tuple[int, int]) -> int:
        """Return a time by day after a delay in micros: fast ones when easy, slow when hard."""
        low, high = self.blend(fast[0], slow[0]), self.blend(fast[1], slow[1])
        delay = self.dice.between(low, high) * self._pace // THOUSAND
        return self.by_day(time + max(delay, MINUTE))

    def by_day(self, time: int) -> int:
        """Return the time, moved out of the night."""
        if (time - self._config.origin) % DAY_MICROS >= _NIGHT_ENDS:
            return time
        return time + _NIGHT_ENDS

    def office(self, time: int) -> int:
        """Return a time of office hours on the same working day or the next one."""
        day = self.day_of(time)
        while self._config.date_of(day).weekday() >= _SUNDAYS:
            day += 1
        begin = self._config.origin + day * DAY_MICROS
        return begin + self.dice.between(*_OFFICE)

    # --- people ---

    def persons(self, count: int, role: str) -> list[int]:
        """Return so many persons nobody else uses; their current accounts have their numbers."""
        return self._persons(count, role, self.scene.cast.persons)

    def sleepers(self, count: int, role: str) -> list[int]:
        """Return persons whose accounts lie dormant."""
        return self._persons(count, role, self.scene.cast.sleepers)

    def investors(self, count: int, role: str) -> list[int]:
        """Return persons that have a securities account, which becomes the role's account."""
        chosen = self._take(count, self.scene.cast.investors, self.scene.taken_persons)
        for person in chosen:
            self.note(role, person_id(person))
            self.note(f"{role}_account", account_id(int(self.people.securities_of[person])))
        return chosen

    def companies(self, count: int, role: str) -> list[int]:
        """Return so many companies nobody else uses."""
        chosen = self._take(count, self.scene.cast.companies, self.scene.taken_companies)
        for company in chosen:
            self.note(role, company_id(company))
            self.note(f"{role}_account", account_id(self.people.account_of(company)))
        return chosen

    def _persons(self, count: int, role: str, pool: Pool) -> list[int]:
        chosen = self._take(count, pool, self.scene.taken_persons)
        for person in chosen:
            self.note(role, person_id(person))
            self.note(f"{role}_account", account_id(person))
        return chosen

    def _take(self, count: int, pool: Pool, taken: set[int]) -> list[int]:
        chosen = pool.take(count, taken)
        taken.update(chosen)
        self._chosen.append((pool, taken, chosen))
        return chosen

    def account(self, company: int) -> int:
        """Return the account of a company."""
        return self.people.account_of(company)

    def accounts(self, companies: list[int]) -> list[int]:
        """Return the accounts of companies."""
        return [self.people.account_of(company) for company in companies]

    def note(self, role: str, entity: str) -> None:
        """Note that an entity has a role."""
        held = self.roles.setdefault(role, [])
        if entity not in held:
            held.append(entity)

    def release(self) -> None:
        """Give the people back: the pattern did not fit."""
        for pool, taken, chosen in reversed(self._chosen):
            taken.difference_update(chosen)
            pool.put_back(chosen)
        self.scene.taken_news.difference_update(item.number for item in self.planted.news)

    def device(self) -> int:
        """Return a device that nobody had."""
        self.new_devices += 1
        return self._first_device + self.new_devices - 1

    # --- amounts ---

    def blend(self, conspicuous: int, ordinary: int) -> int:
        """Return what is between the two: the first when easy, the second when hard."""
        return (conspicuous * (THOUSAND - self.difficulty) + ordinary * self.difficulty) // THOUSAND

    def sum_of(self, low: int, high: int, ordinary: Ints = FRIENDLY_AMOUNTS) -> int:
        """Return an amount between a conspicuous one in a range and an ordinary one."""
        conspicuous, usual = self.dice.between(low, high), self.dice.quantile(ordinary)
        return max(100, between_sizes(conspicuous, max(1, usual), self.difficulty))

    def firm_sum(self, low: int, high: int) -> int:
        """Return an amount as `sum_of`, as companies pay."""
        return self.sum_of(low, high, SUPPLY_AMOUNTS)

    def less(self, amount: int, low: int = 20, high: int = 60) -> int:
        """Return an amount after a commission between so many thousandths."""
        return amount - amount * self.dice.between(low, high) // THOUSAND

    # --- planting ---

    def pay(
        self, time: int, debtor: int, creditor: int, amount: int, role: str, **fields: int
    ) -> None:
        """Plant a payment; the method follows from the amount where it is not given."""
        self._check(time)
        online = self.device_of(debtor, time)
        self.planted.payments.append(
            {
                "time": time,
                "debtor": debtor,
                "creditor": creditor,
                "amount": amount,
                "method": WIRE if amount >= WIRES_FROM else TRANSFER,
                "purpose": OTHR,
                "channel": MOBILE if self.dice.chance(600_000) else ONLINE_BANK,
                "line": FRIENDLY[self.dice.below(len(FRIENDLY))],
                "device": online,
                "pattern": self.number,
                "role": role_number(role) if role else -1,
                **fields,
            }
        )

    def device_of(self, account: int, time: int) -> int:
        """Return the device of an account's holder at a time, -1 for companies."""
        if account < 0:
            return -1
        owner = int(self.people.owner[account])
        if owner < 0:
            return -1
        own = self.scene.devices.of(owner, self.day_of(time))
        return self.planted.devices.get(owner, own)

    def cash(self, time: int, account: int, amount: int, role: str, **fields: int) -> None:
        """Plant cash; ``method`` and ``channel`` are among the fields."""
        self._check(time)
        row = {
            "time": time,
            "amount": amount,
            "purpose": CASH,
            "pattern": self.number,
            "role": role_number(role),
            **fields,
        }
        self.planted.payments.append(row)

    def own(
        self,
        time: int,
        asset: int,
        interest: int,
        share: int = -1,
        person: int = -1,
        company: int = -1,
    ) -> None:
        """Plant an interest of a person or a company, in basis points where it has a share."""
        self.planted.interests.append(
            {
                "time": time,
                "number": self.code(time) + PER_DAY,
                "owner_person": person,
                "owner_company": company,
                "asset": asset,
                "share": share,
                "pattern": self.number,
                "interest": interest,
            }
        )

    def decoys(self, accounts: list[int], begin: int, end: int) -> None:
        """Plant ordinary payments of these persons to friends, which no pattern marks.

        The more, the harder; they hide what the accounts are used for.
        """
        chance = self.difficulty * THOUSAND * 2 // _DECOYS
        for account in accounts:
            for _ in range(_DECOYS):
                if self.dice.chance(chance):
                    self._decoy(account, begin, end)

    def _decoy(self, account: int, begin: int, end: int) -> None:
        friend = int(self.scene.ties.friends[account, self.dice.below(3)])
        time = self.by_day(self.dice.between(begin, max(begin, end)))
        amount = self.dice.quantile(FRIENDLY_AMOUNTS)
        awake = self.people.sleeps_from[friend] > self._config.days
        usable = self.people.stable[friend] and awake and friend != account
        if usable and time < self._config.end:
            self.pay(time, account, friend, amount, "", pattern=-1)

    def code(self, time: int) -> int:
        """Return a number for what is planted on a day, that nothing else has."""
        self._check(time)
        return self.day_of(time) * PER_DAY + next(self.scene.codes)

    def _check(self, time: int) -> None:
        if not self._config.origin <= time < self._config.end:
            raise NoRoom


def between_sizes(first: int, second: int, thousandths: int) -> int:
    """Return the amount that is so far from the first to the second by ratio, not by difference.

    Geometric bisection by whole roots, so that it is exact on every machine.
    """
    if thousandths in (0, THOUSAND):
        return second if thousandths else first
    place = thousandths << _HALVINGS
    low, high = 0, THOUSAND << _HALVINGS
    for _ in range(_HALVINGS):
        middle, root = (low + high) // 2, isqrt(first * second)
        if place >= middle:
            low, first = middle, root
        else:
            high, second = middle, root
    return isqrt(first * second) if place > low else first
