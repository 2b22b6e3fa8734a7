"""The published schema is that of the structs."""

import json

from catalystindex.model.events.envelope import KINDS, SCHEMA_VERSION
from catalystindex.streaming.schema import event_kinds, event_schema


def test_the_schema_has_every_kind() -> None:
    schema = event_schema()
    assert sorted(schema["discriminator"]["mapping"]) == sorted(KINDS)
    assert schema["$id"].endswith(f":{SCHEMA_VERSION}")
    json.dumps(schema)


def test_every_reference_leads_somewhere() -> None:
    schema = event_schema()
    text = json.dumps(schema)
    references = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert references == set(schema["$defs"])


def test_kinds_name_the_fields_of_their_payloads() -> None:
    found = {one.kind: one for one in event_kinds().kinds}
    assert list(found) == list(KINDS)
    assert found["transaction"].required == ["amount", "currency"]
    assert "debtor_account" in found["transaction"].optional
    assert found["person"].summary == "A person, as known from this version on."
