"""Cycle: money returns to where it came from, each hop later than the one before.

Source: AMLSim (IBM), ``cycle``; Egmont Group, 100 Sanitised Cases.
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 14
_LENGTH: Final = (3, 8)


def plant(plan: Plan) -> None:
    """Plant hops around a ring of strangers, each keeping a commission."""
    time = plan.begin(WINDOW_DAYS)
    ring = plan.persons(plan.dice.between(*_LENGTH), "member")
    amount = plan.sum_of(400_000, 900_000)
    for place, person in enumerate(ring):
        plan.pay(time, person, ring[(place + 1) % len(ring)], amount, "hop")
        amount = plan.less(amount, 5, 40)
        time = plan.later(time, (HOUR // 2, 4 * HOUR), (10 * HOUR, 40 * HOUR))
    plan.decoys(ring, plan.start, time)
