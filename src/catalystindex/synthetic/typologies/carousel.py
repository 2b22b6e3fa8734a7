"""Carousel: the same goods go round, and one company in the ring keeps the tax it charged.

Source: Europol, Missing Trader Intra-Community fraud; European Commission, COM(2004) 260.
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_goods import Sale, choose_good, sell, usual_units

WINDOW_DAYS: Final = 24
_ROUNDS: Final = (1, 3)
_STEPS: Final = (1_000, 940, 955, 985)
"""Price of each sale in thousandths of the market's: the missing trader sells below its cost."""


def plant(plan: Plan) -> None:
    """Plant rounds of the same goods: conduit, missing trader, buffer, broker, and back."""
    time = plan.begin(WINDOW_DAYS)
    ring = [
        plan.companies(1, role)[0] for role in ("conduit", "missing_trader", "buffer", "broker")
    ]
    good = choose_good(plan)
    units = usual_units(plan, good)
    for _ in range(plan.dice.between(*_ROUNDS)):
        for place, seller in enumerate(ring):
            price = _STEPS[place] + plan.dice.between(-4, 4)
            taxed = place in (1, 2)  # across the border there is none
            time = max(time, plan.office(time))
            sell(
                plan,
                time,
                seller,
                ring[(place + 1) % 4],
                Sale(good, units, price, taxed=taxed, pay_after=3),
            )
            time = plan.later(time, (3 * HOUR, 12 * HOUR), (20 * HOUR, 40 * HOUR))
