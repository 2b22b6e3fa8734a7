"""Under-invoicing: goods are billed well below the market, so that value leaves with the goods.

Source: FATF/Egmont, Trade-Based Money Laundering: Trends and Developments (2020).
"""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_goods import Sale, choose_good, sell, usual_units

WINDOW_DAYS: Final = 20
_DEALS: Final = (3, 6)
_ORDINARY: Final = 870
"""Price at the highest difficulty, in thousandths of the market's: below what others ask."""


def plant(plan: Plan) -> None:
    """Plant deals of one pair of companies, shipped and paid, at too low a price."""
    time = plan.begin(WINDOW_DAYS)
    [exporter] = plan.companies(1, "exporter")
    [importer] = plan.companies(1, "importer")
    good = choose_good(plan)
    for _ in range(plan.dice.between(*_DEALS)):
        price = plan.blend(plan.dice.between(250, 550), _ORDINARY)
        sale = Sale(good, usual_units(plan, good), price)
        time = max(time, plan.office(time))
        sell(plan, time, exporter, importer, sale)
        time = plan.later(time, (12 * HOUR, 48 * HOUR), (30 * HOUR, 72 * HOUR))
