"""The entity graph over HTTP: what events said, asked for by the ids of their sources."""

from datetime import UTC, datetime

import httpx
import pytest

from catalystindex.model.errors import EntityNotFound, InvalidRequest
from catalystindex.sdk import Client
from support.event_bodies import AT, account, company, event, ndjson, ownership, payment, person
from support.server import Json, LiveServer, problem_of

DAY = 86_400_000_000
ODD = "a/b ?%&ü#+;x"
"""An id as sources make them: it has everything that a path or a query could trip over."""

EVENTS = [
    person("P1", "Ana Example", devices=["D-1"], phones=["+49 30 1"]),
    person("P2", "Bo Example", devices=["D-1"]),
    company("C1", "Holding Ltd"),
    company("C2", "Shell Ltd"),
    account("A1", "P1"),
    account("A2", "C2"),
    account(ODD, "P2"),
    ownership("O1", "P1", "C1", 10_000),
    ownership("O2", "C1", "C2", 5_100),
    payment("T1", "A1", "A2", 1_250),
    payment("T2", "A1", "A2", 700, AT + DAY),
    payment("T3", "A2", ODD, 500, AT + 2 * DAY),
]


@pytest.fixture(scope="module")
def bank(server: LiveServer) -> httpx.Client:
    caller = server.caller("graph-bank")
    taken = caller.post("/v1/events", content=ndjson(EVENTS)).json()
    assert (taken["accepted"], taken["rejected"]) == (len(EVENTS), [])
    assert server.owner.events.caught_up(30)
    return caller


@pytest.fixture
def sdk(server: LiveServer, bank: httpx.Client) -> Client:
    del bank
    return server.sdk("graph-bank")


def ask(caller: httpx.Client, what: str, **query: object) -> Json:
    response = caller.get(f"/v1/graph{what}", params=query)  # type: ignore[arg-type]  # scalars, lists
    assert response.status_code == 200, response.text
    found: Json = response.json()
    return found


def ids(entities: list[Json]) -> set[str]:
    return {one["id"] for one in entities}


def test_a_profile_says_what_is_known_and_sums_what_was_paid(bank: httpx.Client) -> None:
    found = ask(bank, "/profile", entity="A1")
    assert (found["entity"]["label"], found["entity"]["id"]) == ("account", "A1")
    assert found["counts"]["sent.out"] == 2
    assert found["sent"] == [
        {"payments": 2, "total": {"minor": 1950, "currency": "EUR", "amount": "19.50"}}
    ]
    assert found["received"] == []
    holder = ask(bank, "/profile", entity="P1")
    assert holder["entity"]["properties"]["name"] == "Ana Example"
    assert ids(holder["accounts"]) == {"A1"}


def test_a_neighbourhood_has_relations_with_their_events(bank: httpx.Client) -> None:
    found = ask(bank, "/neighbourhood", entity="A1", labels="sent")
    assert ids(found["entities"]) == {"A1", "A2"}
    first = min(found["relations"], key=lambda one: str(one["event_time"]))
    assert (first["source"]["id"], first["target"]["id"], first["entity_id"]) == ("A1", "A2", "T1")
    assert first["money"] == {"minor": 1250, "currency": "EUR", "amount": "12.50"}
    assert datetime.fromisoformat(first["event_time"]) == datetime(2025, 1, 1, tzinfo=UTC)
    assert len(first["event_id"]) == 32


def test_a_neighbourhood_is_bounded_by_depth_labels_and_time(bank: httpx.Client) -> None:
    far = ask(bank, "/neighbourhood", entity="A1", depth=2, labels=["sent", "holds"])
    assert {"A1", "A2", ODD, "P1", "C2"} <= ids(far["entities"])
    later = ask(
        bank, "/neighbourhood", entity="A1", labels="sent", since="2025-01-02T01:00:00+01:00"
    )
    assert [one["entity_id"] for one in later["relations"]] == ["T2"]
    before = ask(bank, "/neighbourhood", entity="A1", labels="sent", until="2025-01-02")
    assert [one["entity_id"] for one in before["relations"]] == ["T1"]


def test_an_answer_that_is_cut_short_says_so(bank: httpx.Client) -> None:
    cut = ask(bank, "/neighbourhood", entity="A1", depth=3, limit=2)
    assert cut["truncated"]
    assert ask(bank, "/neighbourhood", entity="A1", labels="sent")["truncated"] is None


def test_paths_lead_from_one_to_the_other(bank: httpx.Client) -> None:
    found = ask(bank, "/paths", source="P1", target=ODD, labels=["holds", "sent"])
    shortest = found["paths"][0]
    assert [one["id"] for one in shortest["entities"]] == ["P1", "A1", "A2", ODD]
    assert [one["label"] for one in shortest["relations"]] == ["holds", "sent", "sent"]
    assert ask(bank, "/paths", source="P1", target=ODD, labels="owns")["paths"] == []


def test_ownership_is_followed_both_ways(bank: httpx.Client) -> None:
    behind = ask(bank, "/ownership", entity="C2", direction="in")["paths"]
    assert any(ids(one["entities"]) == {"C2", "C1", "P1"} for one in behind)
    below = ask(bank, "/ownership", entity="P1", direction="out")["paths"]
    assert any(ids(one["entities"]) == {"C2", "C1", "P1"} for one in below)
    assert ask(bank, "/ownership", entity="P1", direction="in")["paths"] == []


def test_what_is_shared_is_found_and_what_is_not_is_left_out(bank: httpx.Client) -> None:
    (found,) = bank.get("/v1/graph/shared?entity=P1").json()
    assert found["attribute"]["label"] == "device"
    assert "P2" in ids(found["entities"])


def test_counts_are_those_of_the_workspace(bank: httpx.Client) -> None:
    counts = ask(bank, "")["counts"]
    assert (counts["person"], counts["company"], counts["sent"], counts["owns"]) == (2, 2, 3, 2)


@pytest.mark.parametrize("what", ["profile", "neighbourhood", "ownership", "shared"])
def test_an_id_may_hold_anything(bank: httpx.Client, what: str) -> None:
    found = bank.get(f"/v1/graph/{what}", params={"entity": ODD})
    assert found.status_code == 200, found.text
    if what == "profile":
        assert found.json()["entity"]["id"] == ODD


@pytest.mark.parametrize("what", ["profile", "neighbourhood", "ownership", "shared"])
def test_an_entity_that_is_not_there_is_not_found(bank: httpx.Client, what: str) -> None:
    problem_of(bank.get(f"/v1/graph/{what}?entity=nobody"), 404, "graph.entity_not_found")


def test_a_path_to_nobody_is_not_found(bank: httpx.Client) -> None:
    problem_of(bank.get("/v1/graph/paths?source=P1&target=no"), 404, "graph.entity_not_found")


@pytest.mark.parametrize("organisation", ["acme", "rival"])
def test_another_tenants_entities_do_not_exist(
    server: LiveServer, bank: httpx.Client, organisation: str
) -> None:
    workspace = "graph-strangers" if organisation == "acme" else "graph-bank"
    stranger = server.caller(workspace, organisation=organisation)
    for what in ("profile", "neighbourhood", "ownership", "shared"):
        found = problem_of(
            stranger.get(f"/v1/graph/{what}?entity=P1"), 404, "graph.entity_not_found"
        )
        missing = problem_of(
            stranger.get(f"/v1/graph/{what}?entity=P9"), 404, "graph.entity_not_found"
        )
        assert found["detail"] == missing["detail"].replace("P9", "P1")
    assert not any(ask(stranger, "")["counts"].values())
    stranger.post("/v1/events", content=ndjson([person("P1", "Somebody Else")]))
    assert server.owner.events.caught_up(30)
    assert ask(bank, "/profile", entity="P1")["entity"]["properties"]["name"] == "Ana Example"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"depth": 99}, "depth"),
        ({"limit": 100_000}, "limit"),
        ({"since": "yesterday"}, "since"),
        ({"until": "2025-01-01T00:00:00"}, "until"),
    ],
)
def test_bounds_above_the_servers_are_refused(
    bank: httpx.Client, query: dict[str, str | int], field: str
) -> None:
    response = bank.get("/v1/graph/neighbourhood", params={"entity": "A1", **query})
    assert problem_of(response, 422, "request.invalid")["context"]["field"] == field


@pytest.mark.parametrize(
    "query", ["", "entity=", "entity=A1&labels=loves", "entity=A1&depth=0", f"entity={'x' * 201}"]
)
def test_a_question_that_is_none_is_refused(bank: httpx.Client, query: str) -> None:
    problem_of(bank.get(f"/v1/graph/neighbourhood?{query}"), 422, "request.invalid")


def test_a_deleted_entity_is_in_no_answer(server: LiveServer) -> None:
    caller = server.caller("graph-deleted")
    caller.post("/v1/events", content=ndjson([person("P1"), account("A1", "P1")]))
    gone = event("person", "P1", op="delete", version=2)
    caller.post("/v1/events", content=ndjson([gone]))
    assert server.owner.events.caught_up(30)
    assert ask(caller, "")["counts"].get("person", 0) == 0


# The SDK.


def test_the_sdk_asks_the_same(sdk: Client) -> None:
    assert sdk.graph.counts().counts["person"] == 2
    assert sdk.graph.profile(ODD).entity.id == ODD
    near = sdk.graph.neighbourhood(
        "A1", labels=("sent",), since=datetime(2025, 1, 2, tzinfo=UTC), until="2025-01-03"
    )
    assert [one.entity_id for one in near.relations] == ["T2"]
    (path, *_) = sdk.graph.paths("P1", ODD, labels=["holds", "sent"]).paths
    assert [one.id for one in path.entities] == ["P1", "A1", "A2", ODD]
    assert sdk.graph.ownership("C2", direction="in").paths
    assert sdk.graph.shared("P1")[0].attribute.label == "device"


def test_the_sdk_raises_what_the_server_says(sdk: Client) -> None:
    with pytest.raises(EntityNotFound):
        sdk.graph.profile("nobody")
    with pytest.raises(InvalidRequest):
        sdk.graph.paths("P1", "P2", depth=99)
    with pytest.raises(InvalidRequest, match="no offset"):
        sdk.graph.neighbourhood("P1", since=datetime(2025, 1, 1))  # noqa: DTZ001  # the mistake
