"""Stack: two bipartite layers, one upon the other; what comes in goes on.

Source: AMLSim (IBM), ``stack``; Altman et al. (NeurIPS 2023).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan

WINDOW_DAYS: Final = 12
_WIDTH: Final = (2, 3)
_LAYERS: Final = 3


def plant(plan: Plan) -> None:
    """Plant layers of accounts, each paying all of the next with what it got less a commission."""
    time = plan.begin(WINDOW_DAYS)
    layers = [
        plan.persons(plan.dice.between(*_WIDTH), f"layer_{depth}") for depth in range(_LAYERS)
    ]
    held = {person: 2 * plan.sum_of(200_000, 500_000) for person in layers[0]}
    for lower in layers[1:]:
        time, held = _pass_down(plan, time, held, lower)
    plan.decoys([person for layer in layers for person in layer], plan.start, time)


def _pass_down(
    plan: Plan, time: int, held: dict[int, int], lower: list[int]
) -> tuple[int, dict[int, int]]:
    """Plant what a layer pays the next; return when it ended, and what the next has to pass on."""
    received = dict.fromkeys(lower, 0)
    for sender, amount in held.items():
        for receiver, part in zip(lower, plan.dice.shares(amount, len(lower)), strict=True):
            plan.pay(time, sender, receiver, part, "layering")
            received[receiver] += part
            time = plan.later(time, (HOUR // 4, HOUR), (5 * HOUR, 16 * HOUR))
    return time, {person: plan.less(amount) for person, amount in received.items()}
