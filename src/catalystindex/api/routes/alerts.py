"""Alerts: list, show, count."""

from typing import Annotated

from fastapi import APIRouter, Query

from catalystindex.api import alert_views
from catalystindex.api.access import GuardedRoute
from catalystindex.api.moments import micros_of
from catalystindex.api.routes.common import PAGE, Cursor, Limit, OwnerDep, TenantDep
from catalystindex.detection.desk import AlertDesk
from catalystindex.model.alert import Alert, AlertCounts, AlertHead, AlertState, Severity
from catalystindex.model.graph import MAX_ENTITY_ID
from catalystindex.model.paging import Page
from catalystindex.stores.records.alerts import AlertQuery, Sort

router = APIRouter(route_class=GuardedRoute, tags=["alerts"])

Name = Annotated[str | None, Query(max_length=64, description="Only of this one.")]


@router.get("/alerts", summary="List alerts")
def list_alerts(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    detector: Name = None,
    typology: Name = None,
    severity: Annotated[
        Severity | None, Query(description="Only of this severity or a higher one.")
    ] = None,
    state: Annotated[AlertState | None, Query(description="Only those that stand so.")] = None,
    entity: Annotated[
        str | None,
        Query(max_length=MAX_ENTITY_ID, description="Only those this account or party is part of."),
    ] = None,
    event: Annotated[
        str | None, Query(max_length=64, description="Only those this event is evidence of.")
    ] = None,
    min_score: Annotated[
        int | None, Query(ge=0, le=100, description="Only with this score or a higher one.")
    ] = None,
    since: Annotated[
        str | None,
        Query(
            max_length=40,
            description="Only those whose last event is at or after this date or "
            "date-time (RFC 3339).",
        ),
    ] = None,
    until: Annotated[
        str | None, Query(max_length=40, description="Only those whose first event is before this.")
    ] = None,
    sort: Annotated[
        Sort, Query(description="`newest`: by last event; `score`: by score, then last event.")
    ] = "newest",
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[AlertHead]:
    """Return the workspace's alerts, the newest or the highest score first."""
    query = AlertQuery(
        detector=detector,
        typology=typology,
        severity=severity,
        state=state,
        entity=entity,
        event=event,
        min_score=min_score,
        since=None if since is None else micros_of(since, "since"),
        until=None if until is None else micros_of(until, "until"),
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    found, more = AlertDesk(owner.records).page(tenant, query)
    return Page(items=[alert_views.head(one) for one in found], next_cursor=more)


@router.get("/alerts/summary", summary="Count alerts")
def count_alerts(owner: OwnerDep, tenant: TenantDep) -> AlertCounts:
    """Return how many alerts the workspace has, by severity, state and typology."""
    return AlertDesk(owner.records).counts(tenant)


@router.get("/alerts/{alert_id}", summary="Show an alert")
def show_alert(owner: OwnerDep, tenant: TenantDep, alert_id: str) -> Alert:
    """Return one with its reasons, roles and evidence."""
    return alert_views.alert(AlertDesk(owner.records).show(tenant, alert_id))
