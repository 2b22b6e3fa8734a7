"""A broker's desk trades both sides of a security before news: looks like dealing on a tip."""

from typing import Final

from catalystindex.synthetic.dealing import SHARES
from catalystindex.synthetic.ids import account_id, company_id
from catalystindex.synthetic.plan import MINUTE, Plan
from catalystindex.synthetic.plan_market import place_order, trading_time
from catalystindex.synthetic.population import BROKER

DAYS: Final = 4
_ORDERS: Final = (10, 24)


def plant(plan: Plan) -> None:
    """Plant a day's orders on both sides, which end flat or nearly so."""
    time = trading_time(plan, plan.begin(DAYS))
    desks = plan.people.special[BROKER].tolist()
    desk = desks[plan.dice.below(len(desks))]
    plan.note("desk", company_id(desk))
    plan.note("desk_account", account_id(plan.account(desk)))
    instrument = plan.dice.below(len(plan.scene.market.issuers))
    account = plan.account(desk)
    for number in range(plan.dice.between(*_ORDERS)):
        shares = max(5, plan.dice.quantile(SHARES))
        place_order(plan, time, -1, account, instrument, shares, buys=number % 2 == 0)
        time += plan.dice.between(1, 3) * MINUTE
