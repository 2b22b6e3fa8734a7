"""Tenants pay deposits to one landlord: looks like a fan-in."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import L_RENT, RENT

DAYS: Final = 6
_TENANTS: Final = (6, 14)


def plant(plan: Plan) -> None:
    """Plant rents of like size to one account, over a few days."""
    time = plan.begin(DAYS)
    [landlord] = plan.persons(1, "landlord")
    rent = plan.dice.between(52_000, 110_000)
    for tenant in plan.persons(plan.dice.between(*_TENANTS), "tenant"):
        amount = rent + plan.dice.between(-60, 60) * 100
        plan.pay(time, tenant, landlord, amount, "rent", purpose=RENT, line=L_RENT)
        time = plan.later(time, (HOUR, 6 * HOUR), (HOUR, 6 * HOUR))
