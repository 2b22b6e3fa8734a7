"""Insider dealing: somebody is told of news, trades before it is public, and sells after.

Source: Regulation (EU) 596/2014 (market abuse), articles 7, 8 and 14; ESMA guidelines.
"""

from typing import Final

from catalystindex.synthetic.behaviour.people import FRIENDLY_AMOUNTS
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.dealing import SHARES
from catalystindex.synthetic.market import News, announcement_text
from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.plan_market import order, own_news, tell, trading_time
from catalystindex.synthetic.talk import CHAT, EMAIL, PHONE

BEFORE_DAYS: Final = 6
AFTER_DAYS: Final = 4
_PLAIN: Final = (
    "Keep this to yourself: tomorrow or the day after our company {0}. Do what you think is right.",
    "You did not hear it from me. My employer {0}; it is not out yet. I would act before it is.",
)
_VEILED: Final = (
    "About the garden we spoke of: I would plant now. The weather changes very soon.",
    "Remember what I said about my employer? The cake comes out of the oven this week.",
    "Call me tonight, not on the office line. It is about the thing we keep an eye on.",
)


def plant(plan: Plan) -> None:
    """Plant the tip, the orders before the announcement, and the orders that take the profit."""
    news = own_news(plan, BEFORE_DAYS, AFTER_DAYS)
    [insider] = plan.persons(1, "tipper")
    [dealer] = plan.investors(1, "dealer")
    plan.note("issuer", f"co-{int(plan.scene.market.issuers[news.instrument]):07d}")
    day_before = news.time - DAY_MICROS
    spread = plan.blend(0, 3) * DAY_MICROS
    told = _working_day_before(plan, day_before - spread)
    tell(plan, told, insider, dealer, _channel(plan), _words(plan, news))
    usual = max(20, plan.dice.quantile(SHARES))
    shares = max(20, plan.blend(usual * plan.dice.between(15, 40), usual * 2))
    bought = _between(plan, told, news)
    for part in plan.dice.shares(shares, 2):
        order(plan, bought, dealer, news.instrument, part, buys=news.jump > 0)
        bought += plan.dice.between(1, 20) * HOUR // 60
    sold = trading_time(plan, news.time + DAY_MICROS * plan.blend(1, 2))
    order(plan, sold, dealer, news.instrument, shares, buys=news.jump < 0)
    thanks = plan.later(sold, (6 * HOUR, 20 * HOUR), (6 * HOUR, 20 * HOUR))
    plan.pay(thanks, dealer, insider, plan.dice.quantile(FRIENDLY_AMOUNTS) + 10_000, "settlement")


def _words(plan: Plan, news: News) -> str:
    if plan.dice.chance(plan.difficulty * 1_000):
        return _VEILED[plan.dice.below(len(_VEILED))]
    return _PLAIN[plan.dice.below(len(_PLAIN))].format(announcement_text(news))


def _channel(plan: Plan) -> int:
    return (CHAT, EMAIL, PHONE)[plan.dice.below(3)]


def _working_day_before(plan: Plan, time: int) -> int:
    """Return the time, moved back to a weekday."""
    while plan.people.config.date_of(plan.day_of(time)).weekday() > 4:
        time -= DAY_MICROS
    return time


def _between(plan: Plan, told: int, news: News) -> int:
    """Return a time of trading after the tip, an hour at least before the announcement."""
    latest = news.time - HOUR
    for _ in range(20):
        time = trading_time(plan, plan.dice.between(told, latest))
        if told < time < latest:
            return time
    return min(told + HOUR // 2, latest)
