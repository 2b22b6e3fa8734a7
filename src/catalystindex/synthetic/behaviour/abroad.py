"""Wires from and to other countries: the other side is known by name, country and bank alone."""

from typing import Final

import numpy as np

from catalystindex.synthetic.behaviour.calendar import is_working_day
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.draws import Draws, Ints
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.tables import EVENING, OFFICE, lognormal, time_of_day
from catalystindex.synthetic.vocabulary import (
    ABROAD,
    BUSINESS,
    L_ALLOWANCE,
    ONLINE_BANK,
    OTHR,
    SUPP,
    WIRE,
)

_BY_PERSONS: Final = 7
_BY_COMPANIES: Final = 80
"""Wires a day for 1,000 of them."""
_CIRCLE: Final = 3
"""People and companies abroad that somebody here deals with."""
_FAMILY: Final = lognormal(22_000, "0.8")
_TRADE: Final = lognormal(390_000, "1.2")


def abroad(today: Today) -> list[Rows]:
    """Return wires of persons, mostly home to the family, and of companies, both ways."""
    people = today.people
    draws = today.draws("abroad persons")
    count = draws.around(people.persons * _BY_PERSONS // 1_000)
    person = draws.choose(today.ties.shoppers, count)
    parts = [_wires(today, draws, person, 200_000, _FAMILY, EVENING)]
    parts[0]["purpose"], parts[0]["line"] = OTHR, L_ALLOWANCE
    parts[0]["device"] = np.where(parts[0]["debtor"] >= 0, today.device[person], -1)
    if is_working_day(today.date):
        draws = today.draws("abroad companies")
        count = draws.around(people.companies * _BY_COMPANIES // 1_000)
        company = people.persons + draws.below(people.companies, count)
        parts.append(_wires(today, draws, company, 480_000, _TRADE, OFFICE))
        parts[1]["purpose"] = SUPP
        parts[1]["line"] = draws.choose(np.array(BUSINESS), count)
    return parts


def _wires(
    today: Today, draws: Draws, account: Ints, incoming: int, amounts: Ints, hours: tuple[int, ...]
) -> Rows:
    """Return wires of accounts with their few partners; some, in millionths, come in."""
    count = len(account)
    comes = draws.chance(incoming, count)
    partner = (account * 7_919 + draws.below(_CIRCLE, count) * 104_729) % len(ABROAD)
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(hours), count),
        debtor=np.where(comes, -1, account),
        creditor=np.where(comes, account, -1),
        amount=draws.quantile(amounts, count),
        method=WIRE,
        channel=ONLINE_BANK,
        abroad=partner,
    )
