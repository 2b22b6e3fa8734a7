"""A shop brings its takings every day, some near the threshold: looks like structuring."""

from typing import Final

from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.plan import Plan
from catalystindex.synthetic.vocabulary import BRANCH, CASH_IN, L_TAKINGS

DAYS: Final = 10
_TIMES: Final = (4, 6)


def plant(plan: Plan) -> None:
    """Plant takings at one branch, on working days one after the other."""
    time = plan.office(plan.begin(DAYS))
    [shop] = plan.companies(1, "shop")
    account = plan.account(shop)
    for _ in range(plan.dice.between(*_TIMES)):
        plan.cash(time, -1, plan.dice.between(640_000, 1_130_000) // 500 * 500, "takings",
                  creditor=account, method=CASH_IN, channel=BRANCH, line=L_TAKINGS,
                  branch=int(plan.people.branch[account]))  # fmt: skip
        time = plan.office(time + DAY_MICROS)
