"""Applying changes: which are newer, and what they replace, in one transaction.

What is new is by far the commonest, and costs three statements for a whole batch. Edges are written
again only where a newer version moves them: what else an edge says is read from its entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from catalystindex.stores.graphs.base import Change, Effect
from catalystindex.stores.graphs.ladybug_file import Transaction
from catalystindex.stores.graphs.ladybug_read import entry_of, state_of
from catalystindex.stores.graphs.ladybug_schema import (
    BODY,
    SLAB_EDGES,
    Entry,
    Row,
    body_of,
    entry_key,
    rows_of,
    slot_key,
)

_ENTRY: Final[dict[str, pa.DataType]] = {
    "key": pa.string(),
    "version": pa.int64(),
    "event_id": pa.string(),
    "deleted": pa.bool_(),
    "time": pa.int64(),
    "slab": pa.int64(),
    "body": pa.string(),
}
_EDGE: Final[dict[str, pa.DataType]] = {
    "entry": pa.string(),
    "ord": pa.int64(),
    "label": pa.string(),
    "source": pa.string(),
    "target": pa.string(),
    "time": pa.int64(),
    "currency": pa.string(),
    "amount": pa.int64(),
}
_SLOT: Final[dict[str, pa.DataType]] = {"key": pa.string(), "vertex": pa.string()}

_CREATE_ENTRIES: Final = (
    "LOAD FROM $rows CREATE (:Entry {key: key, version: version, event_id: event_id, "
    "deleted: deleted, time: time, slab: slab, body: body})"
)
_REPLACE_ENTRIES: Final = (
    "LOAD FROM $rows MATCH (n:Entry {key: key}) SET n.version = version, n.event_id = event_id, "
    "n.deleted = deleted, n.time = time, n.slab = slab, n.body = body"
)
_FIND_ENTRIES: Final = (
    "LOAD FROM $rows MATCH (n:Entry {key: k}) "
    "RETURN n.key, n.version, n.event_id, n.deleted, n.time, n.slab, n.body"
)
_FIND_SLOTS: Final = "LOAD FROM $rows MATCH (s:Slot {key: k}) RETURN s.key"
_CREATE_SLOTS: Final = "LOAD FROM $rows CREATE (:Slot {key: key, vertex: vertex})"
_CREATE_EDGES: Final = (
    # Two MATCH clauses make two look-ups by key; one with a comma is a cross product of all slots.
    "LOAD FROM $rows MATCH (a:Slot {key: source}) MATCH (b:Slot {key: target}) "
    "CREATE (a)-[:Edge {entry: entry, ord: ord, label: label, time: time, currency: currency, "
    "amount: amount}]->(b)"
)
_DELETE_EDGES: Final = (
    "MATCH (s:Slot {key: $slot})-[e:Edge]->(:Slot) WHERE e.entry = $entry DELETE e"
)
_SET_STATE: Final = "MERGE (s:State {key: $key}) SET s.value = $value"


@dataclass(slots=True)
class _Plan:
    """What is to be written for a batch."""

    slab: int
    created: list[Entry] = field(default_factory=list)
    replaced: list[Entry] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)
    removed: dict[tuple[str, str], None] = field(default_factory=dict)
    """Slot and entry of edges that go, in one order."""


def apply_changes(
    transaction: Transaction, changes: Sequence[Change], partition: int, position: int
) -> list[Effect]:
    """Apply changes and note the position; return one effect per change."""
    stored = _stored(transaction, changes)
    effects, newest = _newest(changes, stored)
    slab = state_of(transaction, "slab") or 0
    filed = state_of(transaction, "slab_edges") or 0
    if filed >= SLAB_EDGES:
        slab, filed = slab + 1, 0
        _set_state(transaction, "slab", slab)
    plan = _Plan(slab)
    for key, change in newest.items():
        _plan(plan, key, change, stored.get(key))
    _write(transaction, plan)
    if plan.added:
        _set_state(transaction, "slab_edges", filed + len(plan.added))
    _note_position(transaction, partition, position)
    return effects


def _stored(transaction: Transaction, changes: Sequence[Change]) -> dict[str, Entry]:
    keys = dict.fromkeys(entry_key(change.kind, change.entity_id) for change in changes)
    if not keys:
        return {}
    rows = transaction.rows(_FIND_ENTRIES, {"rows": pa.table({"k": list(keys)})})
    entries = (entry_of(row) for row in rows)
    return {entry.key: entry for entry in entries}


def _newest(
    changes: Sequence[Change], stored: dict[str, Entry]
) -> tuple[list[Effect], dict[str, Change]]:
    """Return the effect of each change, and by key the one that holds in the end."""
    stamps = {key: entry.stamp for key, entry in stored.items()}
    newest: dict[str, Change] = {}
    effects = []
    for change in changes:
        key = entry_key(change.kind, change.entity_id)
        known = stamps.get(key)
        if known is not None and change.stamp <= known:
            effects.append(Effect.STALE)
            continue
        stamps[key] = change.stamp
        newest[key] = change
        effects.append(Effect.APPLIED)
    return effects, newest


def _plan(plan: _Plan, key: str, change: Change, old: Entry | None) -> None:
    body = body_of(change)
    text = BODY.encode(body).decode()
    rows = rows_of(key, change.event_time, body.links)
    version, event_id = change.stamp
    slab = plan.slab
    if old is None:
        plan.added += rows
    else:
        before = rows_of(key, old.time, old.read().links)
        if before == rows:
            slab = old.slab
        else:
            for row in before:
                plan.removed[slot_key(old.slab, row.source), key] = None
            plan.added += rows
    entry = Entry(key, version, event_id, change.deleted, change.event_time, slab, text)
    (plan.created if old is None else plan.replaced).append(entry)


def _write(transaction: Transaction, plan: _Plan) -> None:
    if plan.created:
        transaction.do(_CREATE_ENTRIES, {"rows": _table(plan.created, _ENTRY)})
    if plan.replaced:
        transaction.do(_REPLACE_ENTRIES, {"rows": _table(plan.replaced, _ENTRY)})
    for slot, entry in plan.removed:
        transaction.do(_DELETE_EDGES, {"slot": slot, "entry": entry})
    if plan.added:
        _make_slots(transaction, plan)
        transaction.do(_CREATE_EDGES, {"rows": _edge_table(plan)})


def _make_slots(transaction: Transaction, plan: _Plan) -> None:
    """Make the slots of the current slab that edges need and that are not there yet."""
    vertices = dict.fromkeys(end for row in plan.added for end in (row.source, row.target))
    wanted = {slot_key(plan.slab, vertex): vertex for vertex in vertices}
    for (key,) in transaction.rows(_FIND_SLOTS, {"rows": pa.table({"k": list(wanted)})}):
        del wanted[str(key)]
    if wanted:
        transaction.do(_CREATE_SLOTS, {"rows": _table(list(wanted.items()), _SLOT)})


def _edge_table(plan: _Plan) -> pa.Table:
    columns = dict(zip(_EDGE, zip(*plan.added, strict=True), strict=True))
    for end in ("source", "target"):
        columns[end] = tuple(slot_key(plan.slab, vertex) for vertex in columns[end])
    return _arrow(columns.values(), _EDGE)


def _table(rows: Iterable[Sequence[object]], types: Mapping[str, pa.DataType]) -> pa.Table:
    return _arrow(zip(*rows, strict=True), types)


def _arrow(columns: Iterable[Sequence[object]], types: Mapping[str, pa.DataType]) -> pa.Table:
    arrays = [pa.array(column, of) for column, of in zip(columns, types.values(), strict=True)]
    return pa.Table.from_arrays(arrays, names=list(types))


def _note_position(transaction: Transaction, partition: int, position: int) -> None:
    """Note how far the log was read. It only goes up: what is held stays held in a replay."""
    key = position_key(partition)
    known = state_of(transaction, key)
    if known is None or known < position:
        _set_state(transaction, key, position)


def position_key(partition: int) -> str:
    """Return the key under which a partition's position is kept."""
    return f"position/{partition}"


def _set_state(transaction: Transaction, key: str, value: int) -> None:
    transaction.do(_SET_STATE, {"key": key, "value": value})
