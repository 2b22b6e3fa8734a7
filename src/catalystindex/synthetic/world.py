"""The synthetic bank: what is there before it opens its books, and what happens each day.

A day is a pure function of the configuration and its number, so days can be made in any order and
in many processes.
"""

from collections.abc import Iterator, Sequence

from catalystindex.model.errors import SyntheticInvalid
from catalystindex.synthetic.batch import EventBatch
from catalystindex.synthetic.behaviour import companies, monthly, people, shopping
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.config import SynthConfig
from catalystindex.synthetic.ids import Ids
from catalystindex.synthetic.parties import Parties
from catalystindex.synthetic.pattern import Pattern
from catalystindex.synthetic.payments import PaymentColumns, Rows, ordered, settled
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.ties import Ties


class World:
    """A bank made from a configuration. Nothing in it changes after the making."""

    def __init__(self, config: SynthConfig) -> None:
        self.config = config
        self._people = Population(config)
        self._ties = Ties(self._people)
        self._device = self._people.device
        self._ids = Ids(self._people, 0)
        self._parties = Parties(self._people, self._ids, self._device)
        self._payments = PaymentColumns(self._people, self._ids)

    @property
    def patterns(self) -> Sequence[Pattern]:
        """What was planted, by number."""
        return ()

    def opening(self) -> Iterator[EventBatch]:
        """Yield what is known before day 0, in bounded batches, kind by kind in order of time."""
        return self._parties.opening()

    def day(self, index: int) -> list[EventBatch]:
        """Return every event of a day, each kind ordered by time and then id.

        Raises `SyntheticInvalid` where the period has no such day.
        """
        if not 0 <= index < self.config.days:
            raise SyntheticInvalid(f"there is no day {index}; there are {self.config.days}")
        today = Today(index, self._people, self._ties, self._device)
        return [
            *self._parties.day(index),
            *self._payments.render(index, self._payments_of(today)),
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
        ]
        return ordered([settled(part, alive) for part in parts])
