"""Gather-scatter: one account collects from many, then passes all on to others.

Source: AMLSim (IBM), ``gather_scatter``; Altman et al., Realistic Synthetic Financial Transactions
for Anti-Money Laundering Models (NeurIPS 2023).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 10
_SIDES: Final = (4, 8)


def plant(plan: Plan) -> None:
    """Plant a fan-in and, after it, a fan-out of the sum less a commission."""
    time = plan.begin(WINDOW_DAYS)
    [hub] = plan.persons(1, "hub")
    senders = plan.persons(plan.dice.between(*_SIDES), "sender")
    receivers = plan.persons(plan.dice.between(*_SIDES), "receiver")
    total = 0
    for sender in senders:
        amount = plan.sum_of(150_000, 450_000)
        plan.pay(time, sender, hub, amount, "gather")
        total += amount
        time = plan.later(time, (HOUR // 4, 2 * HOUR), (4 * HOUR, 9 * HOUR))
    for receiver, part in zip(
        receivers, plan.dice.shares(plan.less(total), len(receivers)), strict=True
    ):
        time = plan.later(time, (HOUR // 4, 2 * HOUR), (4 * HOUR, 9 * HOUR))
        plan.pay(time, hub, receiver, part, "scatter")
    plan.decoys([hub, *senders[:3], *receivers[:3]], plan.start, time)
