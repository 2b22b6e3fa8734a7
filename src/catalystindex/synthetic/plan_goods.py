"""Planting deals in goods."""

from dataclasses import dataclass

from catalystindex.synthetic.cast import NoRoom
from catalystindex.synthetic.deals import SHIP_AFTER, TERMS, VAT
from catalystindex.synthetic.draws import MILLION
from catalystindex.synthetic.plan import Plan
from catalystindex.synthetic.vocabulary import GOODS

_USUAL = TERMS[:3]


@dataclass(frozen=True, slots=True)
class Sale:
    """What is sold: ``price`` in thousandths of the market's, ``bill`` that of another sale."""

    good: int
    units: int
    price: int = 1_000
    ships: bool = True
    taxed: bool = False
    pay_after: int | None = None
    """Days; unset for usual terms that end within the period."""
    bill: int = -1


def choose_good(plan: Plan) -> int:
    """Return goods at random."""
    return plan.dice.below(len(GOODS))


def usual_units(plan: Plan, good: int) -> int:
    """Return the size of a usual delivery, in units."""
    return max(1, GOODS[good].quantity * plan.dice.between(600, 1_600) // 1_000)


def sell(plan: Plan, time: int, seller: int, buyer: int, sale: Sale) -> int:
    """Plant an invoice, what is shipped and paid for it; return the number of its bill of lading.

    The payment must fall within the period, else `NoRoom` is raised.
    """
    code = plan.code(time)
    day = plan.day_of(time)
    pay_after = _terms(plan, day, sale)
    market = int(plan.scene.market.goods[day][sale.good])
    price = max(10_000, market * sale.price // 1_000 // 10_000 * 10_000)
    quantity = sale.units * 1_000
    net = quantity * (price // 1_000) // 10_000
    bill = sale.bill if sale.bill >= 0 else code
    plan.planted.deals.append(
        {
            "time": time,
            "code": code,
            "bill": bill,
            "quantity": quantity,
            "unit_price": price,
            "net": net,
            "vat": net * VAT // MILLION if sale.taxed else 0,
            "shipped_quantity": quantity,
            "seller": seller,
            "buyer": buyer,
            "pattern": plan.number,
            "good": sale.good,
            "terms": pay_after,
            "pay_after": pay_after,
            "ship_after": SHIP_AFTER if sale.ships else -1,
        }
    )
    return bill


def _terms(plan: Plan, day: int, sale: Sale) -> int:
    left = plan.people.config.days - 1 - day
    wanted = _USUAL if sale.pay_after is None else (sale.pay_after,)
    fitting = [days for days in wanted if max(days, SHIP_AFTER) <= left]
    if not fitting:
        raise NoRoom
    return fitting[plan.dice.below(len(fitting))]
