"""Who there is: persons, companies and accounts as columns, before anything happens.

Accounts are numbered in blocks: the current account of each person under the person's number, then
the account of each company, then savings, securities, and second current accounts.
"""

from typing import Final

import numpy as np

from catalystindex.synthetic.config import DAY_MICROS, SynthConfig
from catalystindex.synthetic.draws import Bools, Draws, Ints
from catalystindex.synthetic.tables import OFFICE, time_of_day
from catalystindex.synthetic.vocabulary import (
    BANKS,
    CITIES,
    FAMILY_HEADS,
    FAMILY_TAILS,
    FORMS,
    GIVEN,
    OCCUPATIONS,
    SECTORS,
)

NEVER: Final = 2**62
"""Time and day at which an account that stays open closes."""

CURRENT, SAVINGS, SECURITIES = range(3)
TYPES: Final = ("CACC", "SVGS", "SECURITIES")

UTILITY, TELECOM, INSURER, TAX_OFFICE, PENSION_FUND, BROKER, MARKETPLACE = range(
    len(SECTORS), len(SECTORS) + 7
)
SECTOR_NAMES: Final = (
    *(sector.name for sector in SECTORS),
    "utility", "telecommunications", "insurance", "tax office", "pension fund", "broker",
    "marketplace",
)  # fmt: skip
_SPECIALS: Final = (
    (UTILITY, 3),
    (TELECOM, 2),
    (INSURER, 2),
    (TAX_OFFICE, 1),
    (PENSION_FUND, 1),
    (BROKER, 2),
    (MARKETPLACE, 2),
)
_LONG: Final = 40
BRANCHES: Final = 3
"""Branches of a bank in each city."""


class Population:
    """Columns of persons, companies and accounts; nothing changes after the making."""

    def __init__(self, config: SynthConfig) -> None:
        self.config = config
        self.persons = config.accounts * 6 // 10
        self.companies = config.accounts // 10
        self._make_people(Draws(config.seed, "people"))
        self._make_companies(Draws(config.seed, "companies"))
        self._make_accounts(Draws(config.seed, "accounts"))
        self._make_lives(Draws(config.seed, "lives"))

    def _make_people(self, draws: Draws) -> None:
        count = self.persons
        first = draws.chance(450_000, count)
        first[0] = True
        self.household: Ints = np.cumsum(first, dtype=np.int64) - 1
        houses = int(self.household[-1]) + 1
        self.given = draws.below(len(GIVEN), count)
        self.house_name = draws.below(len(FAMILY_HEADS) * len(FAMILY_TAILS), houses)
        self.house_city = draws.below(len(CITIES), houses)
        self.house_street = draws.below(1 << 30, houses)
        self.city: Ints = self.house_city[self.household]
        ages = draws.between(18, 60, count) + draws.below(29, count)
        year_days = (self.config.origin // DAY_MICROS) - ages * 365
        self.birth: Ints = year_days - draws.below(365, count)
        """Days since 1970."""
        self.occupation = draws.below(len(OCCUPATIONS), count)
        heads = np.nonzero(first)[0]
        shared = draws.chance(80_000, count)
        self.device: Ints = np.where(shared, heads[self.household], np.arange(count))
        """Number of the device that a person banks with: a tablet may be the household's."""
        self.phone = draws.below(1 << 30, count)

    def _make_companies(self, draws: Draws) -> None:
        count = self.companies
        weights = np.array([sector.weight for sector in SECTORS])
        self.sector = draws.choose(np.repeat(np.arange(len(SECTORS)), weights), count)
        order = draws.order(count)
        self.special: dict[int, Ints] = {}
        for sector, wanted in _SPECIALS:
            chosen, order = order[:wanted], order[wanted:]
            self.special[sector] = np.sort(chosen)
            self.sector[chosen] = sector
        self.ordinary: Ints = order
        """Companies other than utilities, offices and the like, in random order."""
        self.company_city = draws.below(len(CITIES), count)
        self.company_street = draws.below(1 << 30, count)
        self.company_head = draws.below(1 << 30, count)
        self.company_form = draws.below(len(FORMS), count)
        self.incorporated: Ints = (self.config.origin // DAY_MICROS) - draws.between(
            6_000, 14_000, count
        )
        """Days since 1970."""

    def _make_accounts(self, draws: Draws) -> None:
        total, persons, companies = self.config.accounts, self.persons, self.companies
        savings, securities = total * 15 // 100, total * 5 // 100
        extra = total - persons - companies - savings - securities
        savers = draws.order(persons)[:savings]
        investors = draws.order(persons)[:securities]
        seconds = draws.order(persons)[:extra]
        nobody, nothing = np.full(companies, -1), np.full(total - persons - companies, -1)
        self.owner: Ints = np.concatenate([np.arange(persons), nobody, savers, investors, seconds])
        """Person that holds the account, -1 for companies'."""
        self.firm: Ints = np.concatenate([np.full(persons, -1), np.arange(companies), nothing])
        """Company that holds the account, -1 for persons'."""
        sizes = [persons + companies, savings, securities, extra]
        self.type: Ints = np.repeat(np.array([CURRENT, SAVINGS, SECURITIES, CURRENT]), sizes)
        begin = persons + companies
        self.savings_of: Ints = np.full(persons, -1)
        self.savings_of[savers] = begin + np.arange(savings)
        self.securities_of: Ints = np.full(persons, -1)
        self.securities_of[investors] = begin + savings + np.arange(securities)
        self.investors: Ints = np.sort(investors)
        self.bank = draws.choose(np.repeat(np.arange(len(BANKS)), (40, 20, 15, 10, 8, 7)), total)
        home = np.where(self.owner >= 0, self.city[self.owner], self.company_city[self.firm])
        self.home: Ints = home
        """City of the account."""
        self.branch: Ints = home * BRANCHES + draws.below(BRANCHES, total)

    def _make_lives(self, draws: Draws) -> None:
        """Draw when accounts were opened and closed: some before, some within, some after."""
        total, days, origin = self.config.accounts, self.config.days, self.config.origin
        opened = -draws.between(40, 5_400, total)
        late = draws.chance(20_000, total) & (self.firm < 0)
        opened = np.where(late, draws.below(days, total), opened)
        closed = np.full(total, NEVER)
        ends = draws.chance(25_000, total) & ~self._is_special()
        span = days + 200
        ending = draws.below(span, total) - 200
        ends &= ending > opened + 10
        closed = np.where(ends, ending, closed)
        noon = draws.quantile(time_of_day(OFFICE), total)
        self.opened_day: Ints = opened
        self.closed_day: Ints = closed
        self.opened: Ints = origin + opened * DAY_MICROS + noon
        evening = draws.between(17 * 3600, 19 * 3600, total) * 1_000_000
        self.closed: Ints = np.where(ends, origin + closed * DAY_MICROS + evening, NEVER)
        within = ends & (closed >= days)
        self.closed[within] = NEVER
        self.closed_day[within] = NEVER
        self.sleeps_from: Ints = np.full(total, NEVER)
        sleepers = draws.chance(15_000, total) & (np.arange(total) < self.persons)
        self.sleeps_from[sleepers] = days // 8 if days >= _LONG else 0
        """Day from which on an account lies dormant: in a short period it was before."""
        known = self.opened[: self.persons].copy()
        held = self.owner >= 0
        np.minimum.at(known, self.owner[held], self.opened[held])
        self.known: Ints = known - 3_600_000_000
        """Micros since when a person is known: an hour before the first account."""
        self.stable: Bools = (opened < -30) & (self.closed == NEVER)

    def _is_special(self) -> Bools:
        special = np.zeros(self.config.accounts, dtype=np.bool_)
        special[self.persons : self.persons + self.companies] = self.sector >= len(SECTORS)
        return special

    def account_of(self, company: int) -> int:
        """Return the account of a company."""
        return self.persons + company

    def alive(self, day: int) -> Bools:
        """Tell for each account whether it is open from before to after this day, and awake."""
        return (self.opened_day < day) & (self.closed_day > day) & (self.sleeps_from > day)
