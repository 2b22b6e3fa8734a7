"""Alerts in the records: written as they grow, listed by what an investigator asks for.

"The alerts of this account" and "the alerts of this event" are looked up by key (`alert_links`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)

from catalystindex.model.alert import AlertState, Severity
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import AlertNotFound, InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import alert_links
from catalystindex.stores.records.alert_links import Numbered
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.schema import alerts

SEVERITIES: Final = tuple(Severity)
"""From the least to the most urgent, as they are stored."""

ASKED_AT_ONCE: Final = 500
"""Ids in one statement: engines bound its parameters."""

LARGEST: Final = 2**63 - 1
"""Engines take no larger number."""

Sort = Literal["newest", "score"]


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts a listing shows: every field that is set must match."""

    detector: str | None = None
    typology: str | None = None
    severity: Severity | None = None
    """This or a more urgent one."""
    state: AlertState | None = None
    entity: str | None = None
    """Account or party that plays a part."""
    event: str | None = None
    """Event that is evidence."""
    min_score: int | None = None
    since: int | None = None
    """Alerts that end at or after this time, in microseconds since 1970 in UTC."""
    until: int | None = None
    """Alerts that start before this time."""
    sort: Sort = "newest"
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True)
class AlertTally:
    """How many alerts share a typology, severity and state."""

    typology: str
    severity: Severity
    state: AlertState
    alerts: int


@dataclass(frozen=True)
class _Stored:
    number: int
    record: AlertRecord


def upsert(connection: Connection, tenant: Tenant, records: Iterable[AlertRecord]) -> int:
    """Store alerts, of each its latest revision; return how many rows are new or changed.

    A revision that is earlier than the stored one changes nothing, so that alerts may be written
    again from any point of the stream on. The same revision with other content replaces it: it is
    of a run with other settings. The transaction must be one that nobody writes beside.
    """
    latest = _latest(records)
    stored = _stored(connection, tenant, list(latest))
    fresh = _numbered(connection, [one for one in latest.values() if one.alert_id not in stored])
    changed = [
        (new, old)
        for new in latest.values()
        if (old := stored.get(new.alert_id)) is not None and _replaces(new, old.record)
    ]
    _insert(connection, tenant, fresh)
    _update(connection, tenant, changed)
    alert_links.add(connection, tenant, ((one, None) for one in fresh))
    alert_links.add(connection, tenant, (((new, old.number), old.record) for new, old in changed))
    return len(fresh) + len(changed)


def find(connection: Connection, tenant: Tenant, alert_id: str) -> AlertRecord:
    """Return one. Raises `AlertNotFound`, for another tenant's too."""
    found = _stored(connection, tenant, [alert_id]).get(alert_id)
    if found is None:
        shown = alert_id[:64]
        raise AlertNotFound(f"There is no alert {shown!r}.", alert=shown)
    return found.record


def page(
    connection: Connection, tenant: Tenant, query: AlertQuery
) -> tuple[list[AlertRecord], str | None]:
    """Return a page and the cursor of the next one, by last event or by score, latest first.

    Raises `InvalidRequest` for a cursor that is none of this listing's.
    """
    key = _sort_key(query.sort)
    statement = _filtered(select(alerts.c.body), tenant, query)
    if query.cursor is not None:
        statement = statement.where(tuple_(*key) < tuple_(*_place(query)))
    ordered = statement.order_by(*(column.desc() for column in key)).limit(query.limit + 1)
    found = [_record(body) for body in connection.execute(ordered).scalars()]
    shown = found[: query.limit]
    more = None
    if len(found) > query.limit:
        last = shown[-1]
        place = (str(last.end), last.alert_id)
        more = encode_cursor(*(place if query.sort == "newest" else (str(last.score), *place)))
    return [one for one in shown if _is_asked_for(one, query)], more


def tallies(connection: Connection, tenant: Tenant) -> list[AlertTally]:
    """Count the workspace's alerts by typology, severity and state, in this order."""
    grouped = (alerts.c.typology, alerts.c.severity, alerts.c.state)
    rows = connection.execute(
        select(*grouped, func.count())
        .where(alerts.c.tenant == tenant.key)
        .group_by(*grouped)
        .order_by(*grouped)
    )
    return [
        AlertTally(typology, SEVERITIES[severity], AlertState(state), number)
        for typology, severity, state, number in rows
    ]


def remove_all(connection: Connection, tenant: Tenant) -> int:
    """Delete the workspace's alerts with their links; return how many there were."""
    removed = 0
    mine = alerts.c.tenant == tenant.key
    some = select(alerts.c.number, alerts.c.body).where(mine).limit(ASKED_AT_ONCE)
    while found := connection.execute(some).all():
        gone = [(_record(body), int(number)) for number, body in found]
        alert_links.remove(connection, tenant, gone)
        numbers = [number for _, number in gone]
        connection.execute(delete(alerts).where(mine, alerts.c.number.in_(numbers)))
        removed += len(gone)
    return removed


def _latest(records: Iterable[AlertRecord]) -> dict[str, AlertRecord]:
    latest: dict[str, AlertRecord] = {}
    for one in records:
        known = latest.get(one.alert_id)
        if known is None or known.revision <= one.revision:
            latest[one.alert_id] = one
    return latest


def _stored(connection: Connection, tenant: Tenant, ids: Sequence[str]) -> dict[str, _Stored]:
    found: dict[str, _Stored] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        wanted = alerts.c.id.in_(ids[start : start + ASKED_AT_ONCE])
        columns = (alerts.c.id, alerts.c.number, alerts.c.body)
        rows = connection.execute(select(*columns).where(alerts.c.tenant == tenant.key, wanted))
        found.update(
            (str(alert_id), _Stored(int(number), _record(body))) for alert_id, number, body in rows
        )
    return found


def _numbered(connection: Connection, fresh: Sequence[AlertRecord]) -> list[Numbered]:
    last = connection.execute(select(func.max(alerts.c.number))).scalar() or 0
    return [(one, number) for number, one in enumerate(fresh, last + 1)]


def _replaces(new: AlertRecord, old: AlertRecord) -> bool:
    return new.revision >= old.revision and new != old


def _insert(connection: Connection, tenant: Tenant, fresh: Sequence[Numbered]) -> None:
    if not fresh:
        return
    rows = [
        {"number": number, "tenant": tenant.key, "id": one.alert_id, **_row(one)}
        for one, number in fresh
    ]
    connection.execute(insert(alerts), rows)


def _update(
    connection: Connection, tenant: Tenant, changed: Sequence[tuple[AlertRecord, _Stored]]
) -> None:
    if not changed:
        return
    mine = (alerts.c.tenant == tenant.key) & (alerts.c.number == bindparam("of"))
    rows = [_row(new) | {"of": old.number} for new, old in changed]
    connection.execute(update(alerts).where(mine), rows)


def _row(one: AlertRecord) -> dict[str, object]:
    return {
        "detector": one.detector,
        "typology": one.typology,
        "severity": SEVERITIES.index(one.severity),
        "score": one.score,
        "state": one.state.value,
        "start": one.start,
        "end": one.end,
        "revision": one.revision,
        "body": msgspec.json.encode(one).decode(),
    }


def _record(body: str) -> AlertRecord:
    return msgspec.json.decode(body, type=AlertRecord)


def _filtered(statement: Select[Any], tenant: Tenant, query: AlertQuery) -> Select[Any]:
    columns = alerts.c
    linked = query.entity is not None or query.event is not None
    # Links find few: their alerts are sorted. By an index, all of which begin with the workspace,
    # the planner would rather walk through every alert in the order that is asked for.
    conditions = [(func.trim(columns.tenant) if linked else columns.tenant) == tenant.key]
    equal = {"detector": query.detector, "typology": query.typology, "state": query.state}
    conditions += [columns[name] == value for name, value in equal.items() if value is not None]
    if query.severity is not None:
        conditions.append(columns.severity >= SEVERITIES.index(query.severity))
    if query.min_score is not None:
        conditions.append(columns.score >= query.min_score)
    if query.since is not None:
        conditions.append(columns.end >= query.since)
    if query.until is not None:
        conditions.append(columns.start < query.until)
    if query.entity is not None:
        conditions.append(alert_links.found_by(tenant, "entity", query.entity))
    if query.event is not None:
        conditions.append(alert_links.found_by(tenant, "event", query.event))
    return statement.where(*conditions)


def _is_asked_for(one: AlertRecord, query: AlertQuery) -> bool:
    """Tell whether what links found is what was asked for: two ids may share 64 bits of hash."""
    return (query.entity is None or alert_links.is_linked(one, "entity", query.entity)) and (
        query.event is None or alert_links.is_linked(one, "event", query.event)
    )


def _sort_key(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    newest = (alerts.c.end, alerts.c.id)
    return newest if sort == "newest" else (alerts.c.score, *newest)


def _place(query: AlertQuery) -> tuple[int | str, ...]:
    """Return where a listing goes on."""
    *numbers, alert_id = decode_cursor(query.cursor or "", len(_sort_key(query.sort)))
    try:
        place = [int(one) for one in numbers]
    except ValueError as error:
        raise InvalidRequest("The cursor is not one of this listing's.", field="cursor") from error
    if any(abs(one) > LARGEST for one in place):
        raise InvalidRequest("The cursor is not one of this listing's.", field="cursor")
    return (*place, alert_id)
