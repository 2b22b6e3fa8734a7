"""Events over HTTP: taken once, each line by itself, only by who may."""

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from jsonschema import Draft202012Validator

from catalystindex.api.app import create_app
from catalystindex.api.intake import IN_HAND_BYTES
from catalystindex.security.scopes import Scope
from support.event_bodies import Raw, event, ndjson, payment, person
from support.server import BODY_LIMIT, URL, Json, LiveServer, problem_of
from support.stores import BEA

NDJSON = {"Content-Type": "application/x-ndjson"}


def send(caller: httpx.Client, body: bytes, **query: str) -> Json:
    response = caller.post("/v1/events", content=body, headers=NDJSON, params=query)
    assert response.status_code == 200, response.text
    result: Json = response.json()
    return result


def test_events_are_taken_once(ana: httpx.Client) -> None:
    body = ndjson([person("P1"), payment("T1", "A", "B")])
    first = send(ana, body)
    assert first == {"accepted": 2, "duplicates": 0, "rejected": [], "events": []}
    assert send(ana, body) == {"accepted": 0, "duplicates": 2, "rejected": [], "events": []}


def test_an_array_is_taken_as_lines_are(ana: httpx.Client) -> None:
    events = [person("P1"), payment("T1", "A", "B")]
    assert send(ana, ndjson(events))["accepted"] == 2
    again = ana.post("/v1/events", json=events)
    assert again.json()["duplicates"] == 2


def test_field_order_and_spaces_make_no_other_event(ana: httpx.Client) -> None:
    one = person("P1")
    assert send(ana, ndjson([one]))["accepted"] == 1
    turned = dict(reversed(one.items()))
    assert send(ana, json.dumps(turned, separators=(" ,", " : ")).encode())["duplicates"] == 1


def test_a_line_that_is_no_event_stops_nothing(ana: httpx.Client) -> None:
    lines = [
        ndjson([person("P1")]),
        b"{broken\n",
        ndjson([{**person("P2"), "surprise": 1}]),
        ndjson([event("weather", "W", {})]),
        ndjson([{**person("P3"), "event_id": "0" * 32}]),
        b"\n",
        ndjson([{**person("P4"), "schema_version": 99}]),
        ndjson([event("transaction", "T", {"amount": 1, "currency": "EUR"})]),
        ndjson([person("P5")]),
    ]
    result = send(ana, b"".join(lines), receipts="true")
    assert (result["accepted"], result["duplicates"]) == (2, 0)
    assert [(one["line"], one["code"]) for one in result["rejected"]] == [
        (2, "event.invalid"),
        (3, "event.invalid"),
        (4, "event.schema_unknown"),
        (5, "event.id_mismatch"),
        (7, "event.schema_unknown"),
        (8, "event.invalid"),
    ]
    assert [one["line"] for one in result["events"]] == [1, 9]


def test_receipts_say_where_events_stand(ana: httpx.Client) -> None:
    body = ndjson([person("P1"), person("P1")])
    receipts = send(ana, body, receipts="true")["events"]
    assert [one["duplicate"] for one in receipts] == [False, True]
    assert receipts[0]["event_id"] == receipts[1]["event_id"]
    carried = {**person("P1"), "event_id": receipts[0]["event_id"]}
    assert send(ana, ndjson([carried]))["duplicates"] == 1


def test_workspaces_have_their_own_events(server: LiveServer, ana: httpx.Client) -> None:
    body = ndjson([person("P1")])
    assert send(ana, body)["accepted"] == 1
    assert send(server.caller("elsewhere-events"), body)["accepted"] == 1


def test_an_event_may_not_name_a_tenant(ana: httpx.Client) -> None:
    result = send(ana, ndjson([{**person("P1"), "tenant": "acme/other"}]))
    assert [one["code"] for one in result["rejected"]] == ["event.invalid"]


def test_an_empty_body_is_no_event(ana: httpx.Client) -> None:
    assert send(ana, b"") == {"accepted": 0, "duplicates": 0, "rejected": [], "events": []}


def test_a_body_over_the_limit_is_refused(ana: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(BODY_LIMIT // 1000 + 1):
            yield b" " * 1000

    refused = ana.post("/v1/events", content=b" " * (BODY_LIMIT + 1))
    problem_of(refused, 413, "request.too_large")
    problem_of(ana.post("/v1/events", content=chunks()), 413, "request.too_large")


def test_more_lines_than_a_request_may_have_are_refused_whole(ana: httpx.Client) -> None:
    line = ndjson([person("P1")])
    body = line + b"\n" * 10_000
    problem = problem_of(ana.post("/v1/events", content=body), 413, "request.too_large")
    assert problem["context"] == {"limit": 10_000}
    assert send(ana, line)["accepted"] == 1, "nothing of the refused request was taken"


@pytest.mark.parametrize("body", [b"[1,", b'[{"kind":"person"}'])
def test_an_array_that_is_no_json_is_refused_whole(ana: httpx.Client, body: bytes) -> None:
    problem_of(ana.post("/v1/events", content=body), 422, "request.invalid")


def test_a_server_that_has_enough_in_hand_says_when_to_come_again(
    server: LiveServer, workspace: str
) -> None:
    app = create_app(server.owner)
    headers = {"Authorization": f"Bearer {server.token(workspace)}"}

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as caller:
            return await caller.post("/v1/events", content=ndjson([person("P1")]))

    with app.state.intake.room(BEA, IN_HAND_BYTES):
        response = asyncio.run(asked())
        problem_of(response, 429, "eventlog.full")
        assert response.headers["retry-after"] == "1"
    assert asyncio.run(asked()).json()["accepted"] == 1


def test_taking_events_is_audited_without_their_content(ana: httpx.Client) -> None:
    send(ana, ndjson([person("P1", "Secret Name")]))
    entries = ana.get("/v1/audit").json()["items"]  # consumers may have written theirs by now
    (entry,) = (one for one in entries if one["action"] == "events.submit")
    assert entry["details"]["events"] == 1
    assert "Secret" not in json.dumps(entries)


def test_reading_scopes_do_not_write(server: LiveServer) -> None:
    reader = server.caller("reader", Scope.EVENTS_READ, Scope.GRAPH_READ)
    problem_of(reader.post("/v1/events", content=b"{broken"), 403, "auth.forbidden")


def accepted_by(validator: Draft202012Validator, one: Raw) -> bool:
    return bool(validator.is_valid(one))


def test_the_schema_accepts_what_the_server_accepts(ana: httpx.Client) -> None:
    schema = ana.get("/v1/events/schema").json()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert accepted_by(validator, person("P1"))
    assert accepted_by(validator, event("person", "P1", op="delete", version=2))
    for bad in ({**person("P1"), "surprise": 1}, event("weather", "W", {}), person("")):
        assert not accepted_by(validator, bad)


def test_kinds_are_listed(ana: httpx.Client) -> None:
    found = ana.get("/v1/events/kinds").json()
    assert found["schema_version"] == 1
    assert {"person", "transaction", "communication"} <= {one["kind"] for one in found["kinds"]}


# The SDK.


def test_the_sdk_sends_in_batches_and_counts_lines_over_all(
    server: LiveServer, workspace: str
) -> None:
    client = server.sdk(workspace)
    events: list[Raw | bytes] = [payment(f"T{n}", "A", "B") for n in range(25)]
    events[17] = b"{broken"
    result = client.events.submit(events, batch=10)
    assert (result.accepted, result.duplicates) == (24, 0)
    assert [(one.line, one.code) for one in result.rejected] == [(18, "event.invalid")]
    assert client.events.submit(iter(events), batch=7).duplicates == 24


def test_the_sdk_halves_what_is_too_much_at_once(server: LiveServer, workspace: str) -> None:
    client = server.sdk(workspace)
    events = [person(f"P{n}", "x" * 500, notes="y" * 10_000) for n in range(40)]
    big = person("big", notes="z" * 19_000, addresses=["w" * 1000] * 50)
    huge = b'{"kind":"person","pad":"' + b"x" * BODY_LIMIT + b'"}'
    result = client.events.submit([*events, big, huge])
    assert result.accepted == 41
    assert [(one.line, one.code) for one in result.rejected] == [(42, "request.too_large")]


def test_the_sdk_yields_results_as_it_goes(server: LiveServer, workspace: str) -> None:
    client = server.sdk(workspace)
    events = (payment(f"T{n}", "A", "B") for n in range(5))
    found = list(client.events.submit_batches(events, batch=2, receipts=True))
    assert [one.accepted for one in found] == [2, 2, 1]
    assert [one.line for result in found for one in result.events] == [1, 2, 3, 4, 5]


def test_the_sdk_shows_schema_and_kinds(server: LiveServer, workspace: str) -> None:
    client = server.sdk(workspace)
    assert client.events.schema()["title"] == "Event"
    assert client.events.kinds().kinds[0].kind == "person"
