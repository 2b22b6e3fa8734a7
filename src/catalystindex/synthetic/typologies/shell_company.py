"""Shell company: a company without business, whose owner stands behind holdings and a nominee.

Source: FATF/Egmont, Concealment of Beneficial Ownership (2018); FATF recommendation 24.
"""

from typing import Final

from catalystindex.synthetic.ownership import CONTROLS, DIRECTS, OWNS
from catalystindex.synthetic.plan import HOUR, MINUTE, Plan
from catalystindex.synthetic.vocabulary import L_AGREED, L_CONSULTING, L_SERVICES, SUPP

WINDOW_DAYS: Final = 21
_CLIENTS: Final = (2, 4)
_HOLDINGS: Final = (1, 3)


def plant(plan: Plan) -> None:
    """Plant the chain of owners, fees to the shell, and their way to the hidden owner."""
    time = plan.begin(WINDOW_DAYS)
    [hidden] = plan.persons(1, "hidden_owner")
    [nominee] = plan.persons(1, "nominee")
    [shell] = plan.companies(1, "shell")
    holdings = plan.companies(plan.dice.between(*_HOLDINGS), "holding")
    clients = plan.companies(plan.dice.between(*_CLIENTS), "client")
    time = _own(plan, time, [shell, *holdings], hidden, nominee)
    total = 0
    for client in clients:
        amount = max(50_000, plan.firm_sum(1_800_000, 4_500_000))
        time = plan.later(plan.office(time), (HOUR, 4 * HOUR), (20 * HOUR, 60 * HOUR))
        plan.pay(time, plan.account(client), plan.account(shell), amount, "placement",
                 line=L_CONSULTING, purpose=SUPP)  # fmt: skip
        total += amount
    path = plan.accounts([shell, *holdings])
    for payer, payee in zip(path, [*path[1:], hidden], strict=True):
        total = plan.less(total, 5, 25)
        time = plan.later(time, (HOUR, 6 * HOUR), (20 * HOUR, 60 * HOUR))
        role = "integration" if payee == hidden else "layering"
        line = L_AGREED if payee == hidden else L_SERVICES
        plan.pay(time, payer, payee, total, role, line=line)
    plan.decoys([hidden, nominee], plan.start, time)


def _own(plan: Plan, time: int, chain: list[int], hidden: int, nominee: int) -> int:
    """Plant the interests: each company is owned by the next, the last by the hidden owner."""
    owners = chain[1:]
    for asset, owner in zip(chain, owners, strict=False):
        plan.own(time, asset, OWNS, share=10_000, company=owner)
        time += 7 * MINUTE
    plan.own(time, chain[-1], CONTROLS, share=10_000, person=hidden)
    for asset in chain:
        time += 7 * MINUTE
        plan.own(time, asset, DIRECTS, person=nominee)
    return time
