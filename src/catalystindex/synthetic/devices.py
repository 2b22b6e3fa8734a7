"""Which device each person banks with, and since when: some get a new one."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.population import NEVER, Population

_RENEWS: Final = 700
"""Chance that a person gets a new device on a day, in millionths."""


class Devices:
    """Devices by person, from what the population has, renewals, and what patterns brought."""

    def __init__(self, people: Population) -> None:
        draws, persons, days = (
            Draws(people.config.seed, "devices"),
            people.persons,
            people.config.days,
        )
        self.first: Ints = people.device.copy()
        chosen = draws.chance(min(_RENEWS * days, 500_000), persons)
        day = draws.below(days, persons)
        chosen &= people.known < people.config.origin + day * DAY_MICROS
        self.renewed_day: Ints = np.where(chosen, day, NEVER)
        """Day on which a person gets a new device, and uses it from the next on."""
        self.renewed: Ints = np.where(chosen, persons + np.cumsum(chosen) - 1, -1)
        self.count = persons + int(chosen.sum())
        """Devices there are without those of patterns."""

    def on(self, day: int) -> Ints:
        """Return the device of each person on a day."""
        device: Ints = np.where(self.renewed_day < day, self.renewed, self.first)
        return device

    def of(self, person: int, day: int) -> int:
        """Return the device of one person on a day."""
        late = int(self.renewed_day[person]) < day
        return int(self.renewed[person] if late else self.first[person])

    def override(self, devices: Mapping[int, int]) -> None:
        """Give persons a device of a pattern, for good."""
        for person, device in devices.items():
            self.first[person], self.renewed_day[person] = device, NEVER
