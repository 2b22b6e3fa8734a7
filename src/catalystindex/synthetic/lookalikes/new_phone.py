"""Somebody banks from a new phone and pays a deposit: looks like an account takeover."""

from typing import Final

from catalystindex.synthetic.ids import device_id
from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import L_CAR, MOBILE

DAYS: Final = 6
_PAYMENTS: Final = (2, 4)


def plant(plan: Plan) -> None:
    """Plant payments from a new device: to friends, and one that is large."""
    time = plan.begin(DAYS)
    [owner] = plan.persons(1, "owner")
    payees = plan.persons(plan.dice.between(*_PAYMENTS), "payee")
    device = plan.device()
    plan.note("device", device_id(device))
    for place, payee in enumerate(payees):
        amount = plan.dice.between(90_000, 400_000) if place == 1 else plan.sum_of(1_500, 9_000)
        plan.pay(time, owner, payee, amount, "payment", device=device, channel=MOBILE, line=L_CAR)
        time = plan.later(time, (3 * HOUR, 30 * HOUR), (3 * HOUR, 30 * HOUR))
