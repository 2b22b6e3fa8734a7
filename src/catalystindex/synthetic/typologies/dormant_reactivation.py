"""Dormant reactivation: an account asleep for long receives a large sum that leaves at once.

Source: FFIEC BSA/AML Examination Manual, appendix F (red flags: accounts with sudden activity).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 8
_PARTS: Final = (2, 5)


def plant(plan: Plan) -> None:
    """Plant one payment that wakes the account, and the payments that empty it."""
    days = plan.people.config.days
    time = plan.begin(WINDOW_DAYS, not_before=days // 2)
    [sleeper] = plan.sleepers(1, "sleeper")
    [funder] = plan.persons(1, "funder")
    receivers = plan.persons(plan.dice.between(*_PARTS), "receiver")
    total = max(50_000, plan.sum_of(900_000, 2_400_000))
    plan.pay(time, funder, sleeper, total, "wake")
    for receiver, part in zip(
        receivers, plan.dice.shares(plan.less(total), len(receivers)), strict=True
    ):
        time = plan.later(time, (HOUR // 2, 3 * HOUR), (10 * HOUR, 36 * HOUR))
        plan.pay(time, sleeper, receiver, part, "drain")
    plan.decoys([funder, *receivers], plan.start, time)
