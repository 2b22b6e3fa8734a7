"""Structuring: cash in amounts that stay below the threshold of reports.

Source: FFIEC BSA/AML Examination Manual, appendix G; 31 U.S.C. 5324. The threshold here is 10,000
of the currency.
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.population import BRANCHES
from catalystindex.synthetic.vocabulary import BRANCH, CASH_IN, CITIES

THRESHOLD: Final = 1_000_000
"""Minor units from which on a deposit is reported."""
WINDOW_DAYS: Final = 12
_DEPOSITS: Final = (4, 8)


def plant(plan: Plan) -> None:
    """Plant deposits just below the threshold at several branches, then one payment on."""
    time = plan.begin(WINDOW_DAYS)
    [person] = plan.persons(1, "depositor")
    [receiver] = plan.persons(1, "beneficiary")
    home = int(plan.people.home[person])
    total = 0
    for place in range(plan.dice.between(*_DEPOSITS)):
        conspicuous = plan.dice.between(900_000, 995_000)
        amount = plan.blend(conspicuous, plan.dice.between(280_000, 620_000)) // 1_000 * 1_000
        city = home if plan.dice.chance(700_000) else plan.dice.below(len(CITIES))
        branch = city * BRANCHES + (place + plan.dice.below(2)) % BRANCHES
        time = max(time + HOUR // 2, plan.office(time))
        plan.cash(time, -1, amount, "deposit", creditor=person, method=CASH_IN, channel=BRANCH,
                  branch=branch)  # fmt: skip
        total += amount
        time = plan.later(time, (HOUR // 2, 6 * HOUR), (18 * HOUR, 30 * HOUR))
    plan.pay(time, person, receiver, plan.less(total), "integration")
    plan.decoys([person], plan.start, time)
