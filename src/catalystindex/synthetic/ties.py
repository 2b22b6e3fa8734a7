"""Who has to do with whom: employers, landlords, friends, favourite shops, suppliers."""

from typing import Final

import numpy as np

from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.population import (
    INSURER,
    PENSION_FUND,
    TELECOM,
    UTILITY,
    Population,
)
from catalystindex.synthetic.tables import lognormal, zipf_lottery
from catalystindex.synthetic.vocabulary import SECTORS, TRADERS_OF_GOODS

FRIENDS: Final = 5
FAVOURITES: Final = 6
SUPPLIERS: Final = 4
_PAYDAYS: Final = np.array((1, 15, 25, 25, 26, 27, 27, 28, 28))
_EMPLOYED: Final = 580_000
_RETIRED: Final = 160_000
_TENANTS: Final = 450_000


class Ties:
    """Standing relations of a population, as columns of the person or the company."""

    def __init__(self, people: Population) -> None:
        seed = people.config.seed
        self._people = people
        self._work(Draws(seed, "work"))
        self._homes(Draws(seed, "homes"))
        self._shops(Draws(seed, "shops"))
        self._circles(Draws(seed, "circles"))
        self._supply(Draws(seed, "supply"))

    def _work(self, draws: Draws) -> None:
        people, count = self._people, self._people.persons
        jobs = people.ordinary[zipf_lottery(len(people.ordinary), 4 * count, offset=12)]
        employer = draws.choose(jobs, count)
        lot = draws.below(1_000_000, count)
        pension = int(people.special[PENSION_FUND][0])
        employer[lot >= _EMPLOYED] = pension
        employer[lot >= _EMPLOYED + _RETIRED] = -1
        self.employer: Ints = employer
        """Company that pays a person monthly; -1 for none."""
        pay_day = draws.choose(_PAYDAYS, people.companies)
        self.pay_day: Ints = np.where(employer >= 0, pay_day[employer], 0)
        """Day of the month of the wage; 0 for none."""
        self.wage: Ints = draws.quantile(lognormal(245_000, "0.42"), count) // 100 * 100 + 37
        """Minor units a month."""

    def _homes(self, draws: Draws) -> None:
        people, count = self._people, self._people.persons
        owners = draws.order(count)[: max(2, count // 14)]
        awake = people.stable[owners] & (people.sleeps_from[owners] > people.config.days)
        owners = owners[awake]
        landlords = owners[zipf_lottery(len(owners), 4 * len(owners), offset=20)]
        tenant = draws.chance(_TENANTS, count)
        landlord = draws.choose(landlords, count)
        tenant &= landlord != np.arange(count)
        self.landlord: Ints = np.where(tenant, landlord, -1)
        """Account that the rent goes to, -1 for none."""
        self.rent: Ints = draws.quantile(lognormal(74_000, "0.35"), count) // 500 * 500
        self.rent_day: Ints = np.where(tenant, draws.between(1, 4, count), 0)
        self.bill_days: list[Ints] = []
        self.billers: list[Ints] = []
        for sector in (UTILITY, TELECOM, INSURER):
            self.billers.append(draws.choose(people.special[sector], count))
            self.bill_days.append(draws.between(1, 28, count))
        saves = draws.chance(600_000, count) & (people.savings_of >= 0)
        self.saving_day: Ints = np.where(saves, draws.between(1, 28, count), 0)
        self.saving: Ints = draws.between(1, 12, count) * 2_500

    def _shops(self, draws: Draws) -> None:
        people = self._people
        medians = np.array([sector.median for sector in SECTORS])
        ordinary = people.ordinary
        shops = ordinary[medians[people.sector[ordinary]] > 0]
        self.shops: Ints = shops[zipf_lottery(len(shops), 40 * len(shops))]
        """Lottery of merchants: popular ones have more tickets."""
        shape = (people.persons, FAVOURITES)
        self.favourites = draws.choose(self.shops, shape[0] * shape[1]).reshape(shape)
        weights = np.maximum(1, draws.quantile(lognormal(7, "0.8"), people.persons))
        self.shoppers: Ints = np.repeat(np.arange(people.persons), np.minimum(weights, 90))
        """Lottery of persons: busy ones have more tickets."""

    def _circles(self, draws: Draws) -> None:
        """Friends are mostly near in number, as households and colleagues are, some anywhere."""
        count = self._people.persons
        near = np.arange(count)[:, None] + 1 + draws.below(24, count * FRIENDS).reshape(count, -1)
        far = draws.below(count, count * FRIENDS).reshape(count, -1)
        anywhere = draws.chance(250_000, count * FRIENDS).reshape(count, -1)
        self.friends: Ints = np.where(anywhere, far, near % count)

    def _supply(self, draws: Draws) -> None:
        people = self._people
        sellers = people.ordinary[zipf_lottery(len(people.ordinary), 30 * people.companies)]
        shape = (people.companies, SUPPLIERS)
        self.suppliers = draws.choose(sellers, shape[0] * shape[1]).reshape(shape)
        """Companies that a company buys from."""
        of_goods = np.isin(people.sector[people.ordinary], TRADERS_OF_GOODS)
        traders = people.ordinary[of_goods]
        awake = people.stable[people.persons + traders]
        self.traders: Ints = traders[awake]
        """Companies that trade goods, open throughout, in random order."""
