"""The event stream in words: consumers, dead events."""

import json

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from catalystindex.cli.job_text import duration
from catalystindex.cli.output import inline, visible
from catalystindex.model.remedies import remedy_of
from catalystindex.model.stream import ConsumerState, ConsumerStatus, DeadEvent, StreamStatus

CONSUMER_COLUMNS = ("CONSUMER", "STATE", "WAITING", "BEHIND", "EVENTS/S", "DEAD", "PROBLEM")
LETTER_COLUMNS = ("STATE", "CONSUMER", "KIND", "ENTITY", "REASON", "CREATED", "ID")
MEBIBYTE = 1024 * 1024


def log_line(status: StreamStatus) -> str:
    """Return the log in one line."""
    return (
        f"{status.records:,} events in {status.partitions} partitions, "
        f"{status.bytes / MEBIBYTE:,.1f} MiB"
    )


def consumer_row(one: ConsumerStatus) -> tuple[object, ...]:
    """Return a consumer as a row of `CONSUMER_COLUMNS`."""
    behind = duration(one.behind_seconds) if one.lag else ""
    problem = "" if one.code is None else f"{one.reason} [{one.code}]"
    rate = f"{one.events_per_second:,.0f}"
    return one.group, one.state.value, f"{one.lag:,}", behind, rate, one.open_letters, problem


def status_view(status: StreamStatus) -> RenderableType:
    """Return the stream as a live view."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in CONSUMER_COLUMNS:
        table.add_column(column, overflow="fold")
    for one in status.consumers:
        style = "red" if one.state is ConsumerState.STOPPED else None
        table.add_row(*(Text(visible(str(cell))) for cell in consumer_row(one)), style=style)
    return Group(Text(log_line(status)), table)


def letter_row(one: DeadEvent) -> tuple[object, ...]:
    """Return a dead event as a row of `LETTER_COLUMNS`."""
    created = one.created_at.strftime("%Y-%m-%d %H:%M")
    reason = f"{one.reason} [{one.code}]"
    return one.state.value, one.group, one.kind or "?", one.entity_id, reason, created, one.id


def letter_lines(one: DeadEvent) -> list[str]:
    """Return everything about a dead event, a line each, its bytes last."""
    facts: dict[str, object] = {
        "id": one.id,
        "state": one.state.value,
        "consumer": one.group,
        "reason": f"{one.reason} [{one.code}]",
        "what to do": remedy_of(one.code),
        "attempts": one.attempts,
        "kind": one.kind,
        "entity": one.entity_id,
        "event": one.event_id,
        "place": f"partition {one.partition}, offset {one.offset}",
        "created": one.created_at.isoformat(timespec="seconds"),
        "settled": one.settled_at
        and f"{one.settled_at.isoformat(timespec='seconds')} by {one.settled_by}",
    }
    lines = [
        f"{name:<12} {inline(str(value))}" for name, value in facts.items() if value is not None
    ]
    return [*lines, "", readable(one)]


def readable(one: DeadEvent) -> str:
    """Return the bytes of a dead event so that a person can read, and mend, them."""
    if one.data_encoding != "text":
        return f"(base64) {one.data}"
    try:
        return json.dumps(json.loads(one.data), ensure_ascii=False, indent=2)
    except ValueError:
        return one.data
