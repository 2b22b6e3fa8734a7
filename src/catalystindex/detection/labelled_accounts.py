"""Alerts measured by labels that are on accounts only: what was paid for abuse is not known then.

So there are no patterns and no recall over them. What can be said is how many of the accounts that
alerts name are labelled, and how many of the labelled ones an alert names.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from catalystindex.model.alert import AlertState
from catalystindex.model.alert_record import AlertRecord
from catalystindex.temporal.codes import Codes
from catalystindex.temporal.layout import NOBODY


@dataclass(slots=True)
class AccountTally:
    """Counts for one typology."""

    alerts: int = 0
    """Open ones."""
    members: int = 0
    """Accounts that they name, once for each alert."""
    labelled: int = 0
    """Those of these that are labelled."""

    @property
    def share(self) -> float | None:
        """Of the members that are labelled; None where there are none."""
        return self.labelled / self.members if self.members else None


@dataclass(slots=True)
class AccountEvaluation:
    """What open alerts say of labelled accounts."""

    labelled: int
    """Labelled accounts of the data."""
    named: int = 0
    """Those of them that an open alert names."""
    by_typology: dict[str, AccountTally] = field(default_factory=dict)


def evaluate_accounts(
    alerts: Iterable[AlertRecord], labelled: AbstractSet[str], accounts: Codes
) -> AccountEvaluation:
    """Compare the accounts that alerts name with those that are labelled."""
    result = AccountEvaluation(len(labelled))
    named: set[str] = set()
    for alert in alerts:
        if alert.state is AlertState.EXPLAINED:
            continue
        members = [one for one in alert.entities if accounts.find(one) != NOBODY]
        known = labelled & set(members)
        tally = result.by_typology.setdefault(alert.typology, AccountTally())
        tally.alerts += 1
        tally.members += len(members)
        tally.labelled += len(known)
        named |= known
    result.named = len(named)
    return result
