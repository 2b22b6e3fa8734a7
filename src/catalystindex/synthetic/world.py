"""The synthetic bank: what is there before it opens its books, and what happens each day.

A day is a pure function of the configuration and its number, so days can be made in any order and
in many processes.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour import abroad, companies, monthly, people, shopping
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.config import DAY_MICROS, SynthConfig
from catalystindex.synthetic.dealing import Dealing
from catalystindex.synthetic.deals import Deals
from catalystindex.synthetic.devices import Devices
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.market import Market
from catalystindex.synthetic.ownership import Ownership, listings
from catalystindex.synthetic.parties import Parties
from catalystindex.synthetic.pattern import Pattern
from catalystindex.synthetic.payments import PaymentColumns, Rows, settled
from catalystindex.synthetic.planting import Harvest, plant_all
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.talk import Talk
from catalystindex.synthetic.ties import Ties


class World:
    """A bank made from a configuration. Nothing in it changes after the making.

    Another process makes the same one from the same configuration, which is what to send to it.
    """

    def __init__(self, config: SynthConfig) -> None:
        self.config = config
        self._people = Population(config)
        self._ties = Ties(self._people)
        self._market = Market(self._people)
        self._devices = Devices(self._people)
        harvest = plant_all(self._people, self._ties, self._market, self._devices)
        self.patterns: Sequence[Pattern] = tuple(harvest.patterns)
        """What was planted, by number."""
        self.missing: Mapping[str, int] = MappingProxyType(harvest.missing)
        """How many patterns the bank was too small or the period too short for, by typology."""
        self._marks = harvest.marks
        self._devices.override(harvest.planted.devices)
        planted = harvest.rows("payments")
        self._planted = planted[np.argsort(planted["time"], kind="stable")]
        self._make_parts(harvest, Ids(self._people, self._devices.count + harvest.new_devices))

    def _make_parts(self, harvest: Harvest, ids: Ids) -> None:
        people, ties, market = self._people, self._ties, self._market
        self._parties = Parties(people, ids, self._devices)
        self._payments = PaymentColumns(people, ids)
        self._ownership = Ownership(people, ids, harvest.rows("interests"))
        self._deals = Deals(people, ties, market, ids, harvest.rows("deals"))
        self._dealing = Dealing(people, market, ids, harvest.rows("orders"))
        self._talk = Talk(people, ties, ids, harvest.rows("messages"), harvest.planted.texts)

    def opening(self) -> Iterator[EventBatch]:
        """Yield what is known before day 0, in bounded batches, kind by kind in order of time."""
        yield from self._parties.opening()
        yield from self._ownership.opening()
        yield from listings(self._people)

    def day(self, index: int) -> list[EventBatch]:
        """Return every event of a day, each kind ordered by time and then id.

        Raises `SyntheticInvalid` where the period has no such day.
        """
        if not 0 <= index < self.config.days:
            raise SyntheticInvalid(f"there is no day {index}; there are {self.config.days}")
        today = Today(index, self._people, self._ties, self._devices.on(index))
        return [
            *self._parties.day(index),
            *self._ownership.day(index),
            *self._payments.render(index, self._payments_of(today)),
            *self._deals.invoices(index),
            *self._deals.shipments(index),
            *self._dealing.day(index),
            *self._market.quotes(index),
            *self._market.announcements(index, self._marks),
            *self._talk.day(index),
        ]

    def _payments_of(self, today: Today) -> Rows:
        alive = self._people.alive(today.number)
        parts = [
            shopping.shopping(today),
            monthly.wages(today),
            monthly.rents(today),
            *monthly.bills(today),
            monthly.savings(today),
            *monthly.fees_and_interest(today),
            people.between_friends(today),
            people.withdrawals(today),
            people.deposits(today),
            people.own_moves(today),
            companies.supplies(today),
            *companies.taxes(today),
            companies.takings(today),
            *abroad.abroad(today),
            self._deals.payments(today.number),
        ]
        low, high = np.searchsorted(
            self._planted["time"], (today.origin, today.origin + DAY_MICROS)
        )
        return settled(parts, alive, self._planted[low:high])
