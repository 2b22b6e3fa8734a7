"""Multiple invoicing: one shipment is billed, and paid, more than once.

Source: FATF/Egmont, Trade-Based Money Laundering: Trends and Developments (2020).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_goods import Sale, choose_good, sell, usual_units

WINDOW_DAYS: Final = 18
_TIMES: Final = (2, 4)


def plant(plan: Plan) -> None:
    """Plant one delivery with several invoices to different payers, all paid.

    The invoices are of the same goods, quantity and price; only the first has a shipment.
    """
    time = plan.begin(WINDOW_DAYS)
    [seller] = plan.companies(1, "seller")
    buyers = plan.companies(2, "buyer")
    good = choose_good(plan)
    sale = Sale(good, usual_units(plan, good), plan.dice.between(985, 1_015))
    time = max(time, plan.office(time))
    bill = sell(plan, time, seller, buyers[0], sale)
    for number in range(1, plan.dice.between(*_TIMES)):
        time = plan.later(time, (6 * HOUR, 24 * HOUR), (40 * HOUR, 90 * HOUR))
        time = max(time, plan.office(time))
        again = Sale(good, sale.units, sale.price, ships=False, bill=bill)
        sell(plan, time, seller, buyers[number % 2], again)
