"""Card testing: many cards are tried with small sums at one merchant; what works is then used.

Source: Visa and Mastercard guidance on enumeration and testing of account numbers.
"""

from typing import Final

from catalystindex.synthetic.behaviour.shopping import TICKETS
from catalystindex.synthetic.plan import HOUR, MINUTE, Plan
from catalystindex.synthetic.vocabulary import CARD, ONLINE_BANK

WINDOW_DAYS: Final = 4
_CARDS: Final = (12, 26)
_REFUSED: Final = 580_000


def plant(plan: Plan) -> None:
    """Plant the tests, most of them declined, and a larger purchase on each card that works."""
    time = plan.begin(WINDOW_DAYS)
    [merchant, shop] = plan.companies(2, "merchant")
    cards = plan.persons(plan.dice.between(*_CARDS), "cardholder")
    device = plan.device()
    working = []
    for place, card in enumerate(cards):
        refused = place > 1 and plan.dice.chance(_REFUSED)
        large = plan.dice.chance(plan.difficulty * 300)
        amount = plan.sum_of(50, 250, TICKETS) if large else plan.dice.between(50, 390)
        fields = _card(card, merchant, device) | {"declined": int(refused)}
        plan.pay(time, card, plan.account(merchant), amount, "test", **fields)
        if not refused:
            working.append(card)
        time = plan.later(time, (MINUTE, 3 * MINUTE), (8 * MINUTE, HOUR))
    for card in working:
        time = plan.later(time, (5 * MINUTE, 30 * MINUTE), (HOUR, 5 * HOUR))
        amount = max(4_000, plan.sum_of(45_000, 140_000, TICKETS))
        plan.pay(time, card, plan.account(shop), amount, "purchase", **_card(card, shop, device))


def _card(card: int, merchant: int, device: int) -> dict[str, int]:
    return {
        "method": CARD, "channel": ONLINE_BANK, "merchant": merchant, "device": device,
        "card": card, "purpose": -1, "line": -1,
    }  # fmt: skip
