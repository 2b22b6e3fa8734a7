"""Shared-device ring: accounts of strangers are run from one device and feed one collector.

Source: FATF, Digital Identity guidance (2020); Europol, European Money Mule Action.
"""

from typing import Final

from catalystindex.synthetic.ids import device_id
from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import MOBILE

WINDOW_DAYS: Final = 14
_MEMBERS: Final = (4, 9)


def plant(plan: Plan) -> None:
    """Plant what outsiders pay the members, and what these pass on from the shared device."""
    time = plan.begin(WINDOW_DAYS)
    members = plan.persons(plan.dice.between(*_MEMBERS), "member")
    [collector] = plan.persons(1, "collector")
    device = plan.device()
    plan.note("device", device_id(device))
    plan.planted.devices.update(dict.fromkeys(members, device))
    funders = plan.persons(len(members), "funder")
    last = time
    for member, funder in zip(members, funders, strict=True):
        amount = plan.sum_of(120_000, 380_000)
        plan.pay(time, funder, member, amount, "placement")
        passed = plan.later(time, (HOUR // 2, 3 * HOUR), (12 * HOUR, 60 * HOUR))
        plan.pay(passed, member, collector, plan.less(amount), "gather", device=device,
                 channel=MOBILE)  # fmt: skip
        last = max(last, passed)
        time = plan.later(time, (HOUR // 2, 2 * HOUR), (6 * HOUR, 18 * HOUR))
    plan.decoys(members, plan.start, last)
