"""Alerts as their workspace sees them."""

from collections import Counter

from catalystindex.model.alert import AlertCounts, AlertState, Severity
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import alerts
from catalystindex.stores.records.alerts import SEVERITIES, AlertQuery, AlertTally
from catalystindex.stores.records.engine import Records


class AlertDesk:
    """The alerts of all workspaces, each seen by its own tenant only."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def show(self, tenant: Tenant, alert_id: str) -> AlertRecord:
        """Return one. Raises `AlertNotFound`."""
        with self._records.read() as connection:
            return alerts.find(connection, tenant, alert_id)

    def page(self, tenant: Tenant, query: AlertQuery) -> tuple[list[AlertRecord], str | None]:
        """Return a page and the cursor of the next one. Raises `InvalidRequest`."""
        with self._records.read() as connection:
            return alerts.page(connection, tenant, query)

    def counts(self, tenant: Tenant) -> AlertCounts:
        """Count them by severity, state and typology."""
        with self._records.read() as connection:
            return _counts(alerts.tallies(connection, tenant))


def _counts(tallies: list[AlertTally]) -> AlertCounts:
    severities, states = Counter[Severity](), Counter[AlertState]()
    typologies: dict[str, Counter[Severity]] = {}
    for one in tallies:
        severities[one.severity] += one.alerts
        states[one.state] += one.alerts
        typologies.setdefault(one.typology, Counter())[one.severity] += one.alerts
    return AlertCounts(
        total=severities.total(),
        by_severity=_in_order(severities),
        by_state={state: states[state] for state in AlertState},
        by_typology={name: _in_order(found) for name, found in sorted(typologies.items())},
    )


def _in_order(found: Counter[Severity]) -> dict[Severity, int]:
    return {severity: found[severity] for severity in SEVERITIES}
