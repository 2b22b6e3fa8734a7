"""What every behaviour is given: the day, who there is, and streams of draws of its own."""

from dataclasses import dataclass
from datetime import date

from catalystindex.synthetic.config import DAY_MICROS, SynthConfig
from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.population import Population
from catalystindex.synthetic.ties import Ties


@dataclass(frozen=True, slots=True)
class Today:
    """One day of the period; ``device`` is the device of each person."""

    number: int
    people: Population
    ties: Ties
    device: Ints

    @property
    def config(self) -> SynthConfig:
        """What the bank is made from."""
        return self.people.config

    @property
    def date(self) -> date:
        """The date of the day."""
        return self.config.date_of(self.number)

    @property
    def origin(self) -> int:
        """Micros at which the day begins."""
        return self.config.origin + self.number * DAY_MICROS

    def draws(self, concern: str) -> Draws:
        """Return the stream of draws of a concern on this day."""
        return Draws(self.config.seed, "day", concern, self.number)
