"""Payments between people, and their cash."""

from typing import Final

import numpy as np

from catalystindex.synthetic.behaviour.calendar import activity
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.population import BRANCHES
from catalystindex.synthetic.tables import DAYTIME, EVENING, lognormal, time_of_day
from catalystindex.synthetic.ties import FRIENDS
from catalystindex.synthetic.vocabulary import (
    ATM,
    BRANCH,
    CASH,
    CASH_IN,
    CASH_OUT,
    FRIENDLY,
    MOBILE,
    ONLINE_BANK,
    OTHR,
    SAVG,
    TRANSFER,
)

FRIENDLY_AMOUNTS: Final = lognormal(4_200, "1.05")
"""What people send each other, in minor units."""
WITHDRAWALS: Final = lognormal(9_500, "0.65")
_BRANCH_DEPOSITS: Final = lognormal(42_000, "0.9")
_TO_FRIENDS: Final = 130
_ROUND: Final = 450_000
_OUT: Final = 140
_IN: Final = 9
_MOVES: Final = 6


def between_friends(today: Today) -> Rows:
    """Return payments along the circles of friends; many are of round sums."""
    people, draws = today.people, today.draws("friends")
    count = draws.around(activity(people.persons * _TO_FRIENDS // 1_000, today.date))
    person = draws.choose(today.ties.shoppers, count)
    amount = draws.quantile(FRIENDLY_AMOUNTS, count)
    rounded = (amount + 250) // 500 * 500
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(EVENING), count),
        debtor=person,
        creditor=today.ties.friends[person, draws.below(FRIENDS, count)],
        amount=np.where(draws.chance(_ROUND, count), np.maximum(rounded, 500), amount),
        method=TRANSFER,
        purpose=OTHR,
        channel=np.where(draws.chance(640_000, count), MOBILE, ONLINE_BANK),
        line=draws.choose(np.array(FRIENDLY), count),
        device=today.device[person],
    )


def withdrawals(today: Today) -> Rows:
    """Return cash drawn at machines, mostly in the own town, in whole tens."""
    people, draws = today.people, today.draws("withdrawals")
    count = draws.around(activity(people.persons * _OUT // 1_000, today.date))
    person = draws.choose(today.ties.shoppers, count)
    home = people.home[person] * BRANCHES + draws.below(BRANCHES, count)
    elsewhere = draws.below(int(people.branch.max()) + 1, count)
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(DAYTIME), count),
        debtor=person,
        amount=np.clip(draws.quantile(WITHDRAWALS, count) // 1_000 * 1_000, 1_000, 100_000),
        method=CASH_OUT,
        purpose=CASH,
        channel=ATM,
        branch=np.where(draws.chance(850_000, count), home, elsewhere),
        card=person,
    )


def deposits(today: Today) -> Rows:
    """Return cash that people bring to a branch."""
    people, draws = today.people, today.draws("deposits")
    if today.date.weekday() > 4:
        return payments(0)
    count = draws.around(people.persons * _IN // 1_000)
    person = draws.choose(today.ties.shoppers, count)
    return payments(
        count,
        time=today.origin + draws.between(9 * 3600, 17 * 3600, count) * 1_000_000,
        creditor=person,
        amount=np.maximum(1_000, draws.quantile(_BRANCH_DEPOSITS, count) // 1_000 * 1_000),
        method=CASH_IN,
        purpose=CASH,
        channel=BRANCH,
        branch=people.branch[person],
    )


def own_moves(today: Today) -> Rows:
    """Return moves between savings and current account, both ways."""
    people, draws = today.people, today.draws("moves")
    savers = np.nonzero(people.savings_of >= 0)[0]
    count = draws.around(people.persons * _MOVES // 1_000)
    person = draws.choose(savers, count)
    back = draws.chance(550_000, count)
    saving = people.savings_of[person]
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(EVENING), count),
        debtor=np.where(back, saving, person),
        creditor=np.where(back, person, saving),
        amount=draws.quantile(lognormal(38_000, "0.9"), count) // 1_000 * 1_000 + 1_000,
        method=TRANSFER,
        purpose=SAVG,
        channel=MOBILE,
        device=today.device[person],
    )
