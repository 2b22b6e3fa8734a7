"""Fan-out: one account pays many others within a few days.

Source: AMLSim (IBM), alert pattern ``fan_out``; FATF, Professional Money Laundering (2018).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 7
_RECEIVERS: Final = (6, 14)


def plant(plan: Plan) -> None:
    """Plant payments of one person to strangers, each after the other."""
    time = plan.begin(WINDOW_DAYS)
    [source] = plan.persons(1, "distributor")
    receivers = plan.persons(plan.dice.between(*_RECEIVERS), "receiver")
    for receiver in receivers:
        plan.pay(time, source, receiver, plan.sum_of(180_000, 480_000), "scatter")
        time = plan.later(time, (HOUR // 4, 2 * HOUR), (4 * HOUR, 10 * HOUR))
    plan.decoys([source, *receivers[:4]], plan.start, time)
