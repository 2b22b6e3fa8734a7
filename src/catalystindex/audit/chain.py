"""The hash chain: each entry is bound to the one before it by SHA-256 (FIPS 180-4).

The chain is per workspace. Details hold ids and counts, never names or text: personal data can be
erased elsewhere while the chain stays whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from catalystindex.model.audit import AuditEntry, AuditReport
from catalystindex.model.ids import Canonical, canonical_bytes

GENESIS = "0" * 64

Details = dict[str, str | int | bool | None]


@dataclass(frozen=True)
class Action:
    """What is about to be done, and to what; who and when are added by the store."""

    name: str
    subject: str
    details: Details


def action(name: str, subject: str, **details: str | int | bool | None) -> Action:
    """Return the action ``name`` (``noun.verb``) on the thing with id ``subject``."""
    return Action(name, subject, dict(sorted(details.items())))


def entry_hash(tenant: str, entry: AuditEntry) -> str:
    """Return the hash that binds ``entry`` to its place in the tenant's chain."""
    body: Canonical = [
        tenant,
        entry.sequence,
        timestamp(entry.at),
        entry.actor,
        entry.action,
        entry.subject,
        {key: entry.details[key] for key in sorted(entry.details)},
        entry.previous_hash,
    ]
    return sha256(canonical_bytes(body)).hexdigest()


def timestamp(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with microseconds: one spelling, so one hash."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def next_entry(
    tenant: str, actor: str, at: datetime, done: Action, last: tuple[int, str] | None
) -> AuditEntry:
    """Return the entry that follows ``last`` (its sequence number and hash)."""
    sequence, previous = last or (0, GENESIS)
    draft = AuditEntry(
        sequence=sequence + 1,
        at=at,
        actor=actor,
        action=done.name,
        subject=done.subject,
        details=done.details,
        previous_hash=previous,
        hash="",
    )
    return draft.model_copy(update={"hash": entry_hash(tenant, draft)})


def verify_chain(tenant: str, entries: Iterable[AuditEntry]) -> AuditReport:
    """Walk a chain from its first entry and report the first that does not hold."""
    count, head = 0, GENESIS
    for entry in entries:
        problem = _problem(tenant, entry, count + 1, head)
        if problem:
            return AuditReport(
                tenant=tenant, valid=False, entries=count, head=head, problem=problem
            )
        count, head = entry.sequence, entry.hash
    return AuditReport(tenant=tenant, valid=True, entries=count, head=head, problem=None)


def _problem(tenant: str, entry: AuditEntry, sequence: int, previous: str) -> str | None:
    if entry.sequence != sequence:
        return f"entry {sequence} is missing: the next one is {entry.sequence}"
    if entry.previous_hash != previous:
        return f"entry {sequence} does not follow the one before it"
    if entry.hash != entry_hash(tenant, entry):
        return f"entry {sequence} was changed after it was written"
    return None
