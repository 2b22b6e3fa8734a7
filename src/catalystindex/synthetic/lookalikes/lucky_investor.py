"""An investor buys days before good news, without a tip: looks like insider dealing."""

from typing import Final

from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.dealing import SHARES
from catalystindex.synthetic.plan import Plan
from catalystindex.synthetic.plan_market import any_news, order, trading_time

_BEFORE: Final = 6
_AFTER: Final = 10


def plant(plan: Plan) -> None:
    """Plant an order of usual size before the news, and a sale some time after it."""
    news = any_news(plan, _BEFORE, _AFTER)
    [investor] = plan.investors(1, "investor")
    shares = max(10, plan.dice.quantile(SHARES))
    early = trading_time(plan, news.time - plan.dice.between(3, 5) * DAY_MICROS)
    late = trading_time(plan, news.time + plan.dice.between(1, 7) * DAY_MICROS)
    order(plan, early, investor, news.instrument, shares, buys=news.jump > 0)
    order(plan, late, investor, news.instrument, shares, buys=news.jump < 0)
