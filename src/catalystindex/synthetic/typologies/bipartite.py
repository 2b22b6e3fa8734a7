"""Bipartite: every one of some senders pays every one of some receivers.

Source: AMLSim (IBM), ``bipartite``; Altman et al. (NeurIPS 2023).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 8
_SENDERS: Final = (2, 4)
_RECEIVERS: Final = (3, 5)


def plant(plan: Plan) -> None:
    """Plant all payments between two groups of strangers."""
    time = plan.begin(WINDOW_DAYS)
    senders = plan.persons(plan.dice.between(*_SENDERS), "sender")
    receivers = plan.persons(plan.dice.between(*_RECEIVERS), "receiver")
    for sender in senders:
        for receiver in receivers:
            plan.pay(time, sender, receiver, plan.sum_of(140_000, 420_000), "layering")
            time = plan.later(time, (HOUR // 4, HOUR), (3 * HOUR, 7 * HOUR))
    plan.decoys(senders + receivers, plan.start, time)
