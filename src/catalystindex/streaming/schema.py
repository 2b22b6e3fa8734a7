"""The schema of events, made of the structs that decode them: JSON Schema 2020-12."""

from functools import cache
from typing import Any, Final

import msgspec

from catalystindex.model.event_kinds import EventKind, EventKinds
from catalystindex.model.events.envelope import EVENT_TYPES, SCHEMA_VERSION, Event, kind_of

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_ID: Final = f"urn:catalystindex:schema:event:{SCHEMA_VERSION}"
PAYLOAD: Final = "payload"


@cache
def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of one event, of any kind.

    It says less than the decoder checks in three ways: an upsert needs a payload and a delete has
    none, payments and trades name at least one account, and an id must be that of the content.
    """
    made = msgspec.json.schema(Event)
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "Event",
        "description": "An event of CatalystIndex. Leave `event_id` out: it is computed.",
        **made,
    }


@cache
def event_kinds() -> EventKinds:
    """Return every kind with the fields of its payload."""
    parts: dict[str, Any] = event_schema()["$defs"]
    return EventKinds(
        schema_version=SCHEMA_VERSION,
        kinds=[_kind(kind_of(cls), parts[cls.__name__], parts) for cls in EVENT_TYPES],
    )


def _kind(kind: str, envelope: dict[str, Any], parts: dict[str, Any]) -> EventKind:
    reference: str = envelope["properties"][PAYLOAD]["anyOf"][0]["$ref"]
    payload = parts[reference.rpartition("/")[2]]
    required: list[str] = payload.get("required", [])
    return EventKind(
        kind=kind,
        summary=envelope["description"],
        required=required,
        optional=[name for name in payload["properties"] if name not in required],
    )
