"""What companies pay each other and the state, and the takings they bring to the bank."""

from typing import Final

import numpy as np

from catalystindex.synthetic.behaviour.calendar import due, is_working_day
from catalystindex.synthetic.behaviour.day import Today
from catalystindex.synthetic.payments import Rows, payments
from catalystindex.synthetic.population import TAX_OFFICE
from catalystindex.synthetic.tables import NIGHT_RUN, OFFICE, lognormal, time_of_day
from catalystindex.synthetic.ties import SUPPLIERS
from catalystindex.synthetic.vocabulary import (
    BATCH,
    BRANCH,
    BUSINESS,
    CASH,
    CASH_IN,
    CASH_SECTORS,
    L_PAYROLL_TAX,
    L_TAKINGS,
    L_VAT,
    ONLINE_BANK,
    SUPP,
    TAXS,
    TRANSFER,
    VATX,
    WIRE,
)

SUPPLY_AMOUNTS: Final = lognormal(118_000, "1.15")
"""What companies pay their suppliers, in minor units."""
TAKINGS: Final = lognormal(165_000, "0.7")
"""What a shop brings to the branch, in minor units."""
_SUPPLY: Final = 420
"""Payments to suppliers on a working day for 1,000 companies."""
_BRINGS: Final = 320_000


def supplies(today: Today) -> Rows:
    """Return payments along the supply relations."""
    people, draws = today.people, today.draws("supplies")
    if not is_working_day(today.date):
        return payments(0)
    count = draws.around(people.companies * _SUPPLY // 1_000)
    buyer = draws.below(people.companies, count)
    seller = today.ties.suppliers[buyer, draws.below(SUPPLIERS, count)]
    amount = draws.quantile(SUPPLY_AMOUNTS, count)
    return payments(
        count,
        time=today.origin + draws.quantile(time_of_day(OFFICE), count),
        debtor=people.persons + buyer,
        creditor=people.persons + seller,
        amount=amount,
        method=np.where(amount > 1_500_000, WIRE, TRANSFER),
        purpose=SUPP,
        channel=ONLINE_BANK,
        line=draws.choose(np.array(BUSINESS), count),
    )


def taxes(today: Today) -> list[Rows]:
    """Return value added tax on the 10th and payroll tax on the 20th."""
    parts = []
    people = today.people
    office = people.persons + int(people.special[TAX_OFFICE][0])
    for day, purpose, line, median in (
        (10, VATX, L_VAT, 240_000),
        (20, TAXS, L_PAYROLL_TAX, 310_000),
    ):
        company = due(np.full(people.companies, day), today.date)
        count, name = len(company), f"taxes {day}"
        draws = today.draws(name)
        parts.append(
            payments(
                count,
                time=today.origin + draws.quantile(time_of_day(NIGHT_RUN), count),
                debtor=people.persons + company,
                creditor=office,
                amount=draws.quantile(lognormal(median, "0.9"), count),
                method=TRANSFER,
                purpose=purpose,
                channel=BATCH,
                line=line,
            )
        )
    return parts


def takings(today: Today) -> Rows:
    """Return the cash that shops bring to their branch; seasons show in it."""
    people, draws = today.people, today.draws("takings")
    if not is_working_day(today.date):
        return payments(0)
    shops = np.nonzero(np.isin(people.sector, CASH_SECTORS))[0]
    shop = shops[draws.chance(_BRINGS, len(shops))]
    count, account = len(shop), people.persons + shop
    return payments(
        count,
        time=today.origin + draws.between(8 * 3600, 18 * 3600, count) * 1_000_000,
        creditor=account,
        amount=draws.quantile(TAKINGS, count) // 500 * 500,
        method=CASH_IN,
        purpose=CASH,
        channel=BRANCH,
        branch=people.branch[account],
        line=L_TAKINGS,
    )
