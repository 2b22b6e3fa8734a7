"""The stream over HTTP: who sees what, who may move consumers, what becomes of dead events."""

from collections.abc import Callable
from functools import partial

import httpx
import pytest

from catalystindex.model.errors import (
    ConsumerUnknown,
    EventInvalid,
    StreamLetterNotFound,
    StreamLetterNotOpen,
)
from catalystindex.model.stream import LetterState
from catalystindex.security.scopes import ALL_SCOPES, Scope
from support.dead_events import PROBE, dead_event
from support.event_bodies import ndjson, person
from support.server import Json, LiveServer, pages_of, problem_of, tenant_of

MISSING = "0123456789abcdef0123456789abcdef"

Kill = Callable[..., str]


@pytest.fixture
def kill(server: LiveServer, workspace: str) -> Kill:
    """Puts an event into the log and makes it a dead one of the probe; returns the letter's id."""
    return partial(dead_event, server.owner.stream.log, tenant_of(workspace))


def consumer(caller: httpx.Client, group: str = PROBE) -> Json:
    response = caller.get(f"/v1/streams/{group}")
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


# Status.


def test_the_status_shows_every_consumer(kill: Kill, ana: httpx.Client) -> None:
    kill(b"{}")
    found = ana.get("/v1/streams").json()
    assert found["records"] >= 1
    groups = [one["group"] for one in found["consumers"]]
    assert groups == sorted(groups)
    (probe,) = [one for one in found["consumers"] if one["group"] == PROBE]
    assert probe["state"] == "off"
    assert probe["open_letters"] == 1
    assert len(probe["partitions"]) == found["partitions"]


def test_dead_events_are_counted_of_ones_own_workspace(
    kill: Kill, server: LiveServer, ana: httpx.Client
) -> None:
    kill(b"{}")
    assert consumer(ana)["open_letters"] == 1
    assert consumer(server.caller("nobody-died"))["open_letters"] == 0


def test_a_consumer_that_is_none_is_not_found(server: LiveServer, ana: httpx.Client) -> None:
    problem_of(ana.get("/v1/streams/nobody"), 404, "stream.consumer_unknown")
    with pytest.raises(ConsumerUnknown):
        server.sdk("any").streams.consumer("nobody")


# Moving consumers.


@pytest.fixture
def operator(server: LiveServer, workspace: str) -> httpx.Client:
    return server.caller(workspace, Scope.STREAMS_OPERATE, Scope.EVENTS_READ, Scope.AUDIT_READ)


def test_no_scope_of_a_workspace_moves_consumers(kill: Kill, ana: httpx.Client) -> None:
    kill(b"{}")
    assert Scope.STREAMS_OPERATE not in ALL_SCOPES
    for name in ("seek", "restart", "forget"):
        path = f"/v1/streams/{PROBE}/{name}"
        problem = problem_of(ana.post(path, json={"to": "start"}), 403, "auth.forbidden")
        assert problem["context"] == {"scope": "streams:operate"}


def test_an_operator_moves_a_consumer_and_is_audited(kill: Kill, operator: httpx.Client) -> None:
    kill(b"{}")
    path = f"/v1/streams/{PROBE}/seek"
    back = operator.post(path, json={"to": "start"}).json()
    assert all(one["position"] == one["start"] for one in back["partitions"])
    assert back["lag"] >= 1
    ahead = operator.post(path, json={"to": "end"}).json()
    assert ahead["lag"] == 0
    timed = operator.post(path, json={"time": "2024-12-31T00:00:00Z"}).json()
    assert timed["lag"] == back["lag"]
    placed = operator.post(path, json={"positions": {"0": ahead["partitions"][0]["end"]}}).json()
    assert placed["partitions"][0]["lag"] == 0
    entries = operator.get("/v1/audit").json()["items"]
    assert [one["action"] for one in entries] == ["consumer.seek"] * 4
    assert {one["subject"] for one in entries} == {PROBE}


def test_an_operator_forgets_a_consumer_that_is_off(kill: Kill, operator: httpx.Client) -> None:
    kill(b"{}")
    assert operator.post(f"/v1/streams/{PROBE}/forget").status_code == 204
    problem_of(operator.get(f"/v1/streams/{PROBE}"), 404, "stream.consumer_unknown")
    assert operator.get("/v1/audit").json()["items"][0]["action"] == "consumer.forget"
    problem_of(operator.post("/v1/streams/graph/forget"), 409, "resource.conflict")


@pytest.mark.parametrize(
    "wanted", [{}, {"to": "start", "time": "2025-01-01T00:00:00Z"}, {"to": "middle"},
               {"time": "2025-01-01T00:00:00"}, {"positions": {"9999": 0}},
               {"positions": {"0": -1}}, {"to": "start", "surprise": 1}],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(
    kill: Kill, operator: httpx.Client, wanted: dict[str, object]
) -> None:
    kill(b"{}")
    problem_of(operator.post(f"/v1/streams/{PROBE}/seek", json=wanted), 422, "request.invalid")


# Dead events.


def test_dead_events_are_listed_shown_and_filtered(kill: Kill, ana: httpx.Client) -> None:
    letters = {kill(b'{"n": 1}'), kill(b"\xff", "event.schema_unknown"), kill(b'{"n": 3}')}
    listed = pages_of(ana, "/v1/streams/dead-letters", limit=2)
    assert {one["id"] for one in listed} == letters
    unknown = {"code": "event.schema_unknown"}
    (one,) = pages_of(ana, "/v1/streams/dead-letters", **unknown)
    assert (one["data"], one["data_encoding"]) == ("/w==", "base64")
    assert ana.get(f"/v1/streams/dead-letters/{one['id']}").json() == one
    for query in ({"group": "other"}, {"kind": "company"}, {"state": "replayed"}):
        assert pages_of(ana, "/v1/streams/dead-letters", **query) == []
    assert len(pages_of(ana, "/v1/streams/dead-letters", state="all", group=PROBE)) == 3


def test_a_dead_event_is_replayed_as_it_was(kill: Kill, ana: httpx.Client) -> None:
    letter = kill(b"{}")
    replayed = ana.post(f"/v1/streams/dead-letters/{letter}/replay")
    assert replayed.status_code == 200, replayed.text
    assert replayed.json()["id"] == letter
    assert pages_of(ana, "/v1/streams/dead-letters") == []
    again = ana.post(f"/v1/streams/dead-letters/{letter}/replay")
    problem_of(again, 409, "stream.letter_not_open")
    actions = [one["action"] for one in ana.get("/v1/audit").json()["items"]]
    assert actions == ["dead_event.replay"]


def test_a_dead_event_is_mended_and_replayed(
    kill: Kill, server: LiveServer, ana: httpx.Client
) -> None:
    letter = kill(b"{}")
    path = f"/v1/streams/dead-letters/{letter}/replay"
    problem_of(ana.post(path, json={"data": "{still broken"}), 422, "event.invalid")
    mended = ndjson([person("P-mended")]).decode()
    placed = ana.post(path, json={"data": mended}).json()
    (record,) = server.owner.stream.log.read(placed["partition"], placed["offset"], 1)
    assert (record.key, record.only, record.origin) == ("P-mended", PROBE, letter)


def test_a_dead_event_is_discarded_and_keeps_its_bytes(kill: Kill, ana: httpx.Client) -> None:
    letter = kill(b"{}")
    discarded = ana.post(f"/v1/streams/dead-letters/{letter}/discard").json()
    assert (discarded["state"], discarded["settled_by"], discarded["data"]) == (
        "discarded", "ana", "{}",
    )  # fmt: skip
    problem_of(ana.post(f"/v1/streams/dead-letters/{letter}/replay"), 409, "stream.letter_not_open")


def test_all_that_fit_are_replayed_at_once(kill: Kill, ana: httpx.Client) -> None:
    kill(b"1")
    kill(b"2")
    kill(b"3", "event.money")
    some = ana.post("/v1/streams/dead-letters/replay", json={"code": "event.money"})
    assert some.json() == {"replayed": 1, "settled": 0, "more": False}
    assert ana.post("/v1/streams/dead-letters/replay").json()["replayed"] == 2
    assert ana.post("/v1/streams/dead-letters/replay").json()["replayed"] == 0


@pytest.fixture(params=["neighbour", "namesake"])
def stranger(request: pytest.FixtureRequest, server: LiveServer, workspace: str) -> httpx.Client:
    if request.param == "neighbour":
        return server.caller("stream-neighbours")
    return server.caller(workspace, organisation="rival")


def test_another_tenants_dead_event_does_not_exist(
    kill: Kill, ana: httpx.Client, stranger: httpx.Client
) -> None:
    letter = kill(b"{}")
    base = "/v1/streams/dead-letters"
    assert pages_of(stranger, base, state="all") == []
    calls = (("GET", ""), ("POST", "/replay"), ("POST", "/discard"))
    for method, part in calls:
        found = stranger.request(method, f"{base}/{letter}{part}")
        missing = stranger.request(method, f"{base}/{MISSING}{part}")
        one, other = (problem_of(r, 404, "stream.letter_not_found") for r in (found, missing))
        assert one["detail"].replace(letter, MISSING) == other["detail"]
    assert stranger.post(f"{base}/replay").json()["replayed"] == 0
    assert [one["id"] for one in pages_of(ana, base)] == [letter]


# The SDK.


def test_the_sdk_lists_shows_and_settles(kill: Kill, server: LiveServer, workspace: str) -> None:
    letters = [kill(b"{}"), kill(b"{ }"), kill(b"[]")]
    dead = server.sdk(workspace).streams.dead_letters
    assert {one.id for one in dead.all(group=PROBE)} == set(letters)
    assert dead.page(limit=2).next_cursor is not None
    assert dead.get(letters[0]).data == "{}"
    with pytest.raises(EventInvalid):
        dead.replay(letters[0], "{broken")
    assert dead.replay(letters[0], ndjson([person("P")]).decode()).id == letters[0]
    with pytest.raises(StreamLetterNotOpen):
        dead.discard(letters[0])
    assert dead.discard(letters[1]).state == "discarded"
    assert dead.replay_all(group=PROBE).replayed == 1
    assert [one.state for one in dead.all(state=None)].count(LetterState.REPLAYED) == 2
    with pytest.raises(StreamLetterNotFound):
        dead.get(MISSING)


def test_the_sdk_shows_the_stream(kill: Kill, server: LiveServer, workspace: str) -> None:
    kill(b"{}")
    client = server.sdk(workspace)
    status = client.streams.status()
    assert client.streams.consumer(PROBE).group in [one.group for one in status.consumers]
