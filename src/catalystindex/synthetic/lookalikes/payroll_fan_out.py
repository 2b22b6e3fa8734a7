"""A company pays bonuses on one morning: looks like a fan-out."""

from typing import Final

from catalystindex.synthetic.plan import MINUTE, Plan
from catalystindex.synthetic.vocabulary import BATCH, L_BONUS, SALA, TRANSFER

DAYS: Final = 2
_STAFF: Final = (8, 18)


def plant(plan: Plan) -> None:
    """Plant bonuses to the staff, within an hour."""
    time = plan.office(plan.begin(DAYS))
    [employer] = plan.companies(1, "employer")
    for person in plan.persons(plan.dice.between(*_STAFF), "employee"):
        plan.pay(time, plan.account(employer), person, plan.sum_of(60_000, 260_000), "wage",
                 method=TRANSFER, purpose=SALA, channel=BATCH, line=L_BONUS)  # fmt: skip
        time += plan.dice.between(1, 3) * MINUTE
