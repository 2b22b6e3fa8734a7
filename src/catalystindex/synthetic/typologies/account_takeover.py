"""Account takeover: a device never seen before empties an account.

Source: FinCEN advisory FIN-2011-A016; EBA guidelines on fraud reporting under PSD2.
"""

from typing import Final

from catalystindex.synthetic.ids import device_id
from catalystindex.synthetic.plan import HOUR, MINUTE, Plan
from catalystindex.synthetic.vocabulary import ONLINE_BANK

WINDOW_DAYS: Final = 4
_PAYMENTS: Final = (3, 6)


def plant(plan: Plan) -> None:
    """Plant a small test and then payments to mules, all from the new device."""
    time = plan.begin(WINDOW_DAYS)
    [victim] = plan.persons(1, "victim")
    mules = plan.persons(plan.dice.between(*_PAYMENTS), "mule")
    device = plan.device()
    plan.note("device", device_id(device))
    plan.pay(time, victim, mules[0], plan.dice.between(100, 900), "test", device=device,
             channel=ONLINE_BANK)  # fmt: skip
    for mule in mules:
        time = plan.later(time, (3 * MINUTE, 20 * MINUTE), (4 * HOUR, 14 * HOUR))
        plan.pay(time, victim, mule, plan.sum_of(150_000, 490_000), "drain", device=device,
                 channel=ONLINE_BANK)  # fmt: skip
    plan.decoys([victim], plan.start, time)
