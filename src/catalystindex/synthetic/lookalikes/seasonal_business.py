"""An account wakes when the season begins: looks like a dormant one that is put to use."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import BRANCH, CASH_IN, L_SERVICES, L_TAKINGS

DAYS: Final = 14
_GUESTS: Final = (5, 10)


def plant(plan: Plan) -> None:
    """Plant what guests pay, takings in cash, and supplies, on an account that was asleep."""
    time = plan.begin(DAYS, not_before=plan.people.config.days // 2)
    [host] = plan.sleepers(1, "host")
    [supplier] = plan.companies(1, "supplier")
    total = 0
    for guest in plan.persons(plan.dice.between(*_GUESTS), "guest"):
        amount = plan.sum_of(9_000, 60_000)
        plan.pay(time, guest, host, amount, "season", line=L_SERVICES)
        total += amount
        time = plan.later(time, (5 * HOUR, 24 * HOUR), (5 * HOUR, 24 * HOUR))
    time = plan.office(time)
    takings = plan.dice.between(20, 150) * 1_000
    plan.cash(time, -1, takings, "takings", creditor=host, method=CASH_IN, channel=BRANCH,
              line=L_TAKINGS, branch=int(plan.people.branch[host]))  # fmt: skip
    time = plan.later(time, (10 * HOUR, 40 * HOUR), (10 * HOUR, 40 * HOUR))
    plan.pay(time, host, plan.account(supplier), (total + takings) * 3 // 5, "supply")
