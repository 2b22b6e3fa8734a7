"""A large order is delivered and billed in parts: looks like one shipment billed again."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_goods import Sale, choose_good, sell, usual_units

DAYS: Final = 18
_PARTS: Final = (2, 4)


def plant(plan: Plan) -> None:
    """Plant equal parts at the market's price, each with a shipment of its own."""
    time = plan.begin(DAYS)
    [seller] = plan.companies(1, "seller")
    [buyer] = plan.companies(1, "buyer")
    good = choose_good(plan)
    units = usual_units(plan, good)
    for _ in range(plan.dice.between(*_PARTS)):
        time = max(time, plan.office(time))
        price = plan.dice.between(985, 1_015)
        sell(plan, time, seller, buyer, Sale(good, units, price))
        time = plan.later(time, (30 * HOUR, 70 * HOUR), (30 * HOUR, 70 * HOUR))
