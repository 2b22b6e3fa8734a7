"""Phantom shipment: invoices are paid for goods that never moved.

Source: FATF/Egmont, Trade-Based Money Laundering: Trends and Developments (2020).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_goods import Sale, choose_good, sell, usual_units

WINDOW_DAYS: Final = 18
_DEALS: Final = (2, 5)


def plant(plan: Plan) -> None:
    """Plant invoices at the market's price that are paid, with no shipment."""
    time = plan.begin(WINDOW_DAYS)
    [seller] = plan.companies(1, "seller")
    [buyer] = plan.companies(1, "buyer")
    good = choose_good(plan)
    for _ in range(plan.dice.between(*_DEALS)):
        units = usual_units(plan, good) * plan.blend(3_000, 1_000) // 1_000
        sale = Sale(good, units, plan.dice.between(985, 1_015), ships=False)
        time = max(time, plan.office(time))
        sell(plan, time, seller, buyer, sale)
        time = plan.later(time, (12 * HOUR, 48 * HOUR), (30 * HOUR, 72 * HOUR))
