"""What is booked once a month: wages, rent, bills, savings, fees and interest."""

from typing import Final

import numpy as np

from catalystindex.synthetic.behaviour.calendar import due
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.draws import Ints
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.population import SAVINGS
from catalystindex.synthetic.tables import NIGHT_RUN, lognormal, time_of_day
from catalystindex.synthetic.vocabulary import (
    BATCH,
    DEBIT,
    FEE,
    INSU,
    INTC,
    INTEREST,
    L_FEE,
    L_INSURANCE,
    L_INTEREST,
    L_PHONE,
    L_POWER,
    L_RENT,
    L_SALARY,
    L_SAVINGS,
    PHON,
    RENT,
    SALA,
    SAVG,
    TRANSFER,
    UBIL,
)

_BILLS: Final = (
    (UBIL, L_POWER, lognormal(8_900, "0.45")),
    (PHON, L_PHONE, lognormal(3_200, "0.40")),
    (INSU, L_INSURANCE, lognormal(4_700, "0.50")),
)
_COLD: Final = (1450, 1400, 1250, 1000, 850, 750, 700, 700, 800, 1000, 1200, 1400)
"""Bills for energy from January to December, in thousandths."""


def wages(today: Today) -> Rows:
    """Return wages and pensions whose pay-day it is."""
    draws, ties, people = today.draws("wages"), today.ties, today.people
    person = due(ties.pay_day, today.date)
    count = len(person)
    overtime = np.where(draws.chance(180_000, count), draws.below(38_000, count), 0)
    return payments(
        count,
        time=_booked(today, "wages", count),
        debtor=people.persons + ties.employer[person],
        creditor=person,
        amount=ties.wage[person] + overtime,
        method=TRANSFER,
        purpose=SALA,
        channel=BATCH,
        line=L_SALARY,
    )


def rents(today: Today) -> Rows:
    """Return rents by standing order."""
    tenant = due(today.ties.rent_day, today.date)
    return payments(
        len(tenant),
        time=_booked(today, "rents", len(tenant)),
        debtor=tenant,
        creditor=today.ties.landlord[tenant],
        amount=today.ties.rent[tenant],
        method=TRANSFER,
        purpose=RENT,
        channel=BATCH,
        line=L_RENT,
    )


def bills(today: Today) -> list[Rows]:
    """Return direct debits for energy, telephone and insurance."""
    parts = []
    for number, (purpose, line, table) in enumerate(_BILLS):
        person = due(today.ties.bill_days[number], today.date)
        count = len(person)
        name = f"bills {number}"
        amount = today.draws(name).quantile(table, count)
        if purpose == UBIL:
            amount = amount * _COLD[today.date.month - 1] // 1_000
        parts.append(
            payments(
                count,
                time=_booked(today, name, count),
                debtor=person,
                creditor=today.people.persons + today.ties.billers[number][person],
                amount=amount,
                method=DEBIT,
                purpose=purpose,
                channel=BATCH,
                line=line,
            )
        )
    return parts


def savings(today: Today) -> Rows:
    """Return standing orders to the saver's own account."""
    saver = due(today.ties.saving_day, today.date)
    return payments(
        len(saver),
        time=_booked(today, "savings", len(saver)),
        debtor=saver,
        creditor=today.people.savings_of[saver],
        amount=today.ties.saving[saver],
        method=TRANSFER,
        purpose=SAVG,
        channel=BATCH,
        line=L_SAVINGS,
    )


def fees_and_interest(today: Today) -> list[Rows]:
    """Return what the bank itself books on the first of a month: these have one account."""
    if today.date.day != 1:
        return []
    people, draws = today.people, today.draws("fees")
    charged = np.nonzero(people.type == 0)[0]
    earning = np.nonzero(people.type == SAVINGS)[0]
    fees = payments(
        len(charged),
        time=_booked(today, "fees", len(charged)),
        debtor=charged,
        amount=np.where(people.firm[charged] >= 0, 1_290, 490),
        method=FEE,
        channel=BATCH,
        line=L_FEE,
    )
    interest = payments(
        len(earning),
        time=_booked(today, "interest", len(earning)),
        creditor=earning,
        amount=draws.quantile(lognormal(640, "1.1"), len(earning)),
        method=INTEREST,
        purpose=INTC,
        channel=BATCH,
        line=L_INTEREST,
    )
    return [fees, interest]


def _booked(today: Today, concern: str, count: int) -> Ints:
    """Return times in the bank's batches before the day begins."""
    draws = today.draws(f"{concern} booked")
    return today.origin + draws.quantile(time_of_day(NIGHT_RUN), count)
