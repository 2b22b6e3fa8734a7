"""Mule chain: a victim's money passes mules, each keeps a share, the last draws cash.

Source: Europol, European Money Mule Action; FATF, Professional Money Laundering (2018).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, MINUTE, Plan
from catalystindex.synthetic.vocabulary import ATM, CASH_OUT

WINDOW_DAYS: Final = 8
_MULES: Final = (3, 6)
_AT_ONCE: Final = 100_000


def plant(plan: Plan) -> None:
    """Plant the hops, and the withdrawals at the end of them."""
    time = plan.begin(WINDOW_DAYS)
    [victim] = plan.persons(1, "victim")
    mules = plan.persons(plan.dice.between(*_MULES), "mule")
    amount, payer = max(60_000, plan.sum_of(350_000, 950_000)), victim
    for mule in mules:
        plan.pay(time, payer, mule, amount, "placement" if payer == victim else "hop")
        amount, payer = plan.less(amount, 30, 90), mule
        time = plan.later(time, (10 * MINUTE, HOUR), (5 * HOUR, 24 * HOUR))
    left = amount - amount % 1_000
    while left >= 1_000:
        part = min(left, _AT_ONCE)
        plan.cash(time, payer, part, "cash_out", debtor=payer, method=CASH_OUT, channel=ATM,
                  branch=int(plan.people.branch[payer]), card=payer)  # fmt: skip
        left -= part
        time = plan.later(time, (2 * MINUTE, 10 * MINUTE), (HOUR, 6 * HOUR))
    plan.decoys(mules, plan.start, time)
