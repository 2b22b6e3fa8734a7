"""A marketplace collects from buyers and pays sellers less a fee: looks like gather-scatter."""

from typing import Final

from catalystindex.synthetic.ids import account_id, company_id
from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.population import MARKETPLACE
from catalystindex.synthetic.vocabulary import L_PAYOUT, L_SALE

DAYS: Final = 9
_BUYERS: Final = (6, 12)
_SELLERS: Final = (3, 6)


def plant(plan: Plan) -> None:
    """Plant purchases through one of the marketplaces, and its pay-outs days later."""
    time = plan.begin(DAYS)
    places = plan.people.special[MARKETPLACE].tolist()
    market = places[plan.dice.below(len(places))]
    hub = plan.account(market)
    plan.note("marketplace", company_id(market))
    plan.note("marketplace_account", account_id(hub))
    total = 0
    for buyer in plan.persons(plan.dice.between(*_BUYERS), "buyer"):
        amount = plan.sum_of(3_000, 60_000)
        plan.pay(time, buyer, hub, amount, "sale", line=L_SALE)
        total += amount
        time = plan.later(time, (HOUR, 8 * HOUR), (HOUR, 8 * HOUR))
    sellers = plan.persons(plan.dice.between(*_SELLERS), "seller")
    for seller, part in zip(
        sellers, plan.dice.shares(plan.less(total, 80, 130), len(sellers)), strict=True
    ):
        time = plan.later(time, (HOUR, 6 * HOUR), (HOUR, 6 * HOUR))
        plan.pay(time, hub, seller, part, "payout", line=L_PAYOUT)
