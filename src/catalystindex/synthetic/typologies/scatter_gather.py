"""Scatter-gather: one account pays many middlemen, who all pay one sink.

Source: AMLSim (IBM), ``scatter_gather``; Altman et al. (NeurIPS 2023).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 9
_MIDDLE: Final = (4, 9)


def plant(plan: Plan) -> None:
    """Plant payments out to middlemen, and from each, less a commission, to the sink."""
    time = plan.begin(WINDOW_DAYS)
    [source] = plan.persons(1, "source")
    middle = plan.persons(plan.dice.between(*_MIDDLE), "middleman")
    [sink] = plan.persons(1, "sink")
    last = time
    for person in middle:
        amount = plan.sum_of(160_000, 460_000)
        plan.pay(time, source, person, amount, "scatter")
        passed = plan.later(time, (HOUR // 2, 4 * HOUR), (12 * HOUR, 48 * HOUR))
        plan.pay(passed, person, sink, plan.less(amount), "gather")
        last = max(last, passed)
        time = plan.later(time, (HOUR // 4, HOUR), (3 * HOUR, 8 * HOUR))
    plan.decoys([source, sink, *middle[:4]], plan.start, last)
