"""Companies that all buy from the same suppliers: looks like a bipartite layer."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import L_GOODS, SUPP

DAYS: Final = 10
_SIDES: Final = (2, 4)


def plant(plan: Plan) -> None:
    """Plant what each of the buyers pays each of the suppliers."""
    time = plan.begin(DAYS)
    buyers = plan.companies(plan.dice.between(*_SIDES), "buyer")
    suppliers = plan.companies(plan.dice.between(*_SIDES), "supplier")
    for buyer in buyers:
        for supplier in suppliers:
            time = plan.later(time, (HOUR, 8 * HOUR), (HOUR, 8 * HOUR))
            plan.pay(time, plan.account(buyer), plan.account(supplier),
                     plan.firm_sum(60_000, 300_000), "supply", purpose=SUPP,
                     line=L_GOODS)  # fmt: skip
