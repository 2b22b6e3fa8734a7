"""A club collects for a trip and pays for it: looks like a hub that gathers and scatters."""

from typing import Final

from catalystindex.synthetic.plan import HOUR, Plan
from catalystindex.synthetic.vocabulary import L_HOLIDAY

DAYS: Final = 14
_MEMBERS: Final = (6, 14)


def plant(plan: Plan) -> None:
    """Plant equal shares of the members, and two bills that use up what was collected."""
    time = plan.begin(DAYS)
    [treasurer] = plan.persons(1, "treasurer")
    hosts = plan.companies(2, "host")
    share = plan.dice.between(8, 60) * 500
    members = plan.persons(plan.dice.between(*_MEMBERS), "member")
    for member in members:
        plan.pay(time, member, treasurer, share, "gather", line=L_HOLIDAY)
        time = plan.later(time, (2 * HOUR, 16 * HOUR), (2 * HOUR, 16 * HOUR))
    for host, part in zip(hosts, plan.dice.shares(share * len(members), 2), strict=True):
        time = plan.later(time, (6 * HOUR, 30 * HOUR), (6 * HOUR, 30 * HOUR))
        plan.pay(time, treasurer, plan.account(host), part, "scatter", line=L_HOLIDAY)
