"""A family lends small sums around: looks like a cycle, without its sums and its haste."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import L_ALLOWANCE

DAYS: Final = 16
_MEMBERS: Final = (3, 4)


def plant(plan: Plan) -> None:
    """Plant small payments of round sums around a family."""
    time = plan.begin(DAYS)
    family = plan.persons(plan.dice.between(*_MEMBERS), "member")
    for place, person in enumerate(family):
        amount = plan.dice.between(4, 40) * 500
        plan.pay(time, person, family[(place + 1) % len(family)], amount, "gift", line=L_ALLOWANCE)
        time = plan.later(time, (14 * HOUR, 70 * HOUR), (14 * HOUR, 70 * HOUR))
