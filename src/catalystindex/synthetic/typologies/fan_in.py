"""Fan-in: many senders pay one account within a few days.

Source: AMLSim (IBM), alert pattern ``fan_in``; FATF, Professional Money Laundering (2018).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 7
_SENDERS: Final = (6, 14)


def plant(plan: Plan) -> None:
    """Plant payments of strangers to one person, each after the other."""
    time = plan.begin(WINDOW_DAYS)
    [target] = plan.persons(1, "collector")
    senders = plan.persons(plan.dice.between(*_SENDERS), "sender")
    for sender in senders:
        plan.pay(time, sender, target, plan.sum_of(180_000, 480_000), "gather")
        time = plan.later(time, (HOUR // 4, 2 * HOUR), (4 * HOUR, 10 * HOUR))
    plan.decoys([target, *senders[:4]], plan.start, time)
