"""Events for tests of the edges, as a caller writes them."""

import json
from collections.abc import Iterable
from typing import Any

AT = 1_735_689_600_000_000
"""2025-01-01T00:00:00Z in microseconds."""

Raw = dict[str, Any]


def event(kind: str, entity: str, payload: Raw | None = None, **envelope: object) -> Raw:
    """Return an event of the test source at `AT`."""
    made: Raw = {"kind": kind, "entity_id": entity, "event_time": AT, "source": "tests", **envelope}
    return made if payload is None else {**made, "payload": payload}


def person(entity: str, name: str = "Ana Example", **more: object) -> Raw:
    return event("person", entity, {"name": name, **more})


def company(entity: str, name: str = "Holding Ltd", **more: object) -> Raw:
    return event("company", entity, {"name": name, **more})


def account(entity: str, *holders: str, **more: object) -> Raw:
    return event("account", entity, {"holders": list(holders), "currency": "EUR", **more})


def payment(entity: str, source: str, target: str, minor: int = 1250, at: int = AT) -> Raw:
    paid = {
        "amount": minor,
        "currency": "EUR",
        "debtor_account": source,
        "creditor_account": target,
    }
    return event("transaction", entity, paid, event_time=at)


def ownership(entity: str, owner: str, asset: str, share: int | None = None) -> Raw:
    held: Raw = {"owner": owner, "asset": asset}
    return event("ownership", entity, held if share is None else {**held, "share": share})


def ndjson(events: Iterable[Raw]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in events)
