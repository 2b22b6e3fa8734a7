"""Planting orders, and messages between people."""

from collections.abc import Set as AbstractSet

from catalystindex.synthetic.cast import NoRoom
from catalystindex.synthetic.config import DAY_MICROS
from catalystindex.synthetic.draws import MILLION
from catalystindex.synthetic.market import CLOSES, OPENS, News
from catalystindex.synthetic.plan import Plan
from catalystindex.synthetic.talk import PHONE, POOL


def any_news(
    plan: Plan, days_before: int, days_after: int, but: AbstractSet[int] = frozenset()
) -> News:
    """Return an announcement with so many days around it, none of those numbered ``but``."""
    days = plan.people.config.days
    fitting = [
        item
        for item in plan.scene.market.news
        if days_before <= item.day < days - days_after and item.number not in but
    ]
    if not fitting:
        raise NoRoom
    return fitting[plan.dice.below(len(fitting))]


def own_news(plan: Plan, days_before: int, days_after: int) -> News:
    """Return an announcement that no other pattern has, and make it part of this one."""
    chosen = any_news(plan, days_before, days_after, plan.scene.taken_news)
    plan.scene.taken_news.add(chosen.number)
    plan.planted.news.append(chosen)
    return chosen


def trading_time(plan: Plan, time: int) -> int:
    """Return a time of trading on the same working day, or on the next one."""
    day = plan.day_of(plan.office(time))
    begin = plan.people.config.origin + day * DAY_MICROS
    return begin + plan.dice.between(OPENS, CLOSES - 3_600 * MILLION)


def order(plan: Plan, time: int, person: int, instrument: int, shares: int, *, buys: bool) -> None:
    """Plant an order of a person that is filled within minutes."""
    account = int(plan.people.securities_of[person])
    place_order(plan, time, person, account, instrument, shares, buys=buys)


def place_order(
    plan: Plan,
    time: int,
    person: int,
    account: int,
    instrument: int,
    shares: int,
    *,
    buys: bool,
) -> None:
    """Plant an order on an account; ``person`` gave it, -1 for a desk."""
    plan.planted.orders.append(
        {
            "time": time,
            "code": plan.code(time),
            "quantity": shares * 1_000,
            "delay": plan.dice.between(200, 600_000) * 1_000,
            "account": account,
            "trader": person,
            "instrument": instrument,
            "buys": int(buys),
            "filled": 1,
            "limited": int(plan.dice.chance(400_000)),
            "pattern": plan.number,
        }
    )


def tell(plan: Plan, time: int, sender: int, recipient: int, channel: int, text: str) -> None:
    """Plant a message; the text is added to those of the world."""
    plan.planted.texts.append(("Hello", text))
    plan.planted.messages.append(
        {
            "time": time,
            "code": plan.code(time),
            "sender": sender,
            "recipient": recipient,
            "text": len(POOL) + len(plan.planted.texts) - 1,
            "channel": channel,
            "seconds": plan.dice.between(30, 900) if channel == PHONE else -1,
            "pattern": plan.number,
        }
    )
