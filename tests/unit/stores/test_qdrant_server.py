"""What goes over the wire to a Qdrant server, and what a failing one turns into.

The server is a stub on a loopback port: it proves requests and failures, not search.
"""

import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from qdrant_client import QdrantClient

from catalystindex.config.sections import VectorsSettings
from catalystindex.model.errors import CatalystError, ConfigurationError, Unavailable
from catalystindex.stores.vectors import qdrant_calls
from catalystindex.stores.vectors.base import Candidates, VectorQuery
from catalystindex.stores.vectors.qdrant import QdrantVectorStore
from catalystindex.stores.vectors.qdrant_collections import (
    create_collection,
    drop_collection,
    list_collections,
    open_client,
)
from support.http_stub import Reply, Request, StubServer, closed_url, stub_server
from support.stores import ANA, BEA, hex_id, point, sparse, unit

NAME = "catalystindex-1"
QUERY = VectorQuery(["kb-1"], 3, unit([1, 0, 0, 0]), sparse({1: 1.0}))
APPLIED = {"operation_id": 1, "status": "completed"}

CALLS: dict[str, Callable[[QdrantVectorStore], object]] = {
    "query": lambda store: store.query(ANA, QUERY),
    "upsert": lambda store: store.upsert(ANA, [point(1)]),
    "count": lambda store: store.count(ANA),
    "version_counts": lambda store: store.version_counts(),
    "remove_version": lambda store: store.remove_version(ANA, "ver-1"),
    "remove_document": lambda store: store.remove_document(ANA, "doc-1"),
    "remove_knowledge_base": lambda store: store.remove_knowledge_base(ANA, "kb-1"),
    "remove_orphan": lambda store: store.remove_orphan("ver-1"),
}


@cache
def collection_info() -> dict[str, Any]:
    """What a collection of our layout says of itself, in the form of the real client's models."""
    client = QdrantClient(":memory:")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        create_collection(client, NAME, 4, VectorsSettings())
    info: dict[str, Any] = client.get_collection(NAME).model_dump(mode="json")
    client.close()
    return info


def custom_shards(info: dict[str, Any]) -> dict[str, Any]:
    """Return the same collection made with shards by tenant."""
    changed = deepcopy(info)
    changed["config"]["params"]["sharding_method"] = "custom"
    return changed


class Server:
    """A server that works, except for the paths that a test gives replies for, one per request.

    The last reply of a path is repeated.
    """

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.version = "1.20.0"
        self.info = collection_info()
        self.failing: list[Reply] = []
        self.delay = 0.0

    def __call__(self, request: Request) -> Reply:
        if self.failing:
            return self.failing.pop(0)
        path = request.path.partition("?")[0]
        for ending, replies in self.replies.items():
            if path.endswith(ending):
                return replies.pop(0) if len(replies) > 1 else replies[0]
        if path == "/":
            return Reply(body={"title": "qdrant - vector search engine", "version": self.version})
        body = {"result": self._result(path, request), "status": "ok", "time": 0.001}
        return Reply(body=body, delay=self.delay)

    def _result(self, path: str, request: Request) -> object:
        found = {"id": str(hex_id(1)), "version": 1, "score": 0.5}
        results: dict[str, Any] = {
            "/collections": {"collections": [{"name": n} for n in (NAME, "other", NAME + "2")]},
            f"/collections/{NAME}/exists": {"exists": True},
            f"/collections/{NAME}/shards": {"shard_keys": []} if request.method == "GET" else True,
            f"/collections/{NAME}": self.info if request.method == "GET" else True,
            f"/collections/{NAME}/points": APPLIED,
            f"/collections/{NAME}/points/delete": APPLIED,
            f"/collections/{NAME}/index": APPLIED,
            f"/collections/{NAME}/points/count": {"count": 7},
            f"/collections/{NAME}/facet": {"hits": [{"value": "ver-1", "count": 7}]},
            f"/collections/{NAME}/points/query/batch": [{"points": [found]}, {"points": []}],
        }
        return results[path]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def stub(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    monkeypatch.setattr(qdrant_calls, "PAUSES", (0.0, 0.0))
    with stub_server(server) as running:
        yield running


def opened_store(stub: StubServer, timeout: int) -> QdrantVectorStore:
    client = open_client(VectorsSettings(url=stub.url, timeout=timeout))
    opened = QdrantVectorStore(client, NAME, 4, owns_client=True)
    stub.requests.clear()
    return opened


@pytest.fixture
def store(stub: StubServer) -> Iterator[QdrantVectorStore]:
    opened = opened_store(stub, 60)
    yield opened
    opened.close()


@pytest.fixture
def hasty(stub: StubServer) -> Iterator[QdrantVectorStore]:
    """A store that waits for one second."""
    opened = opened_store(stub, 1)
    yield opened
    opened.close()


def everything(*replies: Reply) -> dict[str, list[Reply]]:
    return {"": list(replies)}


class TestFailures:
    @pytest.mark.parametrize("name", ["query", "upsert"])
    @pytest.mark.parametrize(
        ("reply", "reason", "tries"),
        [
            (Reply(500, {"status": {"error": "no live replica of shard 3"}}), "failed", 3),
            (Reply(502, "<html>"), "failed", 3),
            (Reply(503, ""), "failed", 3),
            (Reply(429, {"status": {"error": "slow down"}}), "busy", 3),
            (Reply(429, {"status": {"error": "slow"}}, headers={"Retry-After": "9"}), "busy", 3),
            (Reply(401, "Must provide an API key"), "refused", 1),
            (Reply(403, {"status": {"error": "forbidden"}}), "refused", 1),
            (Reply(404, {"status": {"error": "Not found: Collection"}}), "missing", 1),
            (Reply(hangs_up=True), "unreachable", 3),
        ],
    )
    def test_are_never_an_empty_answer(
        self,
        store: QdrantVectorStore,
        server: Server,
        stub: StubServer,
        name: str,
        reply: Reply,
        reason: str,
        tries: int,
    ) -> None:
        server.replies = everything(reply)
        with pytest.raises(Unavailable) as failed:
            CALLS[name](store)
        assert failed.value.context["dependency"] == "qdrant"
        assert failed.value.context["reason"] == reason
        assert failed.value.status == 503
        assert failed.value.detail.startswith("Qdrant ")
        assert len(stub.requests) == tries

    @pytest.mark.parametrize("call", list(CALLS.values()), ids=list(CALLS))
    def test_of_any_call_are_told(
        self,
        store: QdrantVectorStore,
        server: Server,
        call: Callable[[QdrantVectorStore], object],
    ) -> None:
        server.replies = everything(Reply(500, ""))
        with pytest.raises(Unavailable):
            call(store)

    @pytest.mark.parametrize("call", list(CALLS.values()), ids=list(CALLS))
    def test_that_pass_are_not_noticed(
        self,
        store: QdrantVectorStore,
        server: Server,
        stub: StubServer,
        call: Callable[[QdrantVectorStore], object],
    ) -> None:
        expected = call(store)
        stub.requests.clear()
        server.failing = [Reply(503, ""), Reply(hangs_up=True)]
        assert call(store) == expected
        assert len(stub.requests) == 3

    def test_a_slow_server_is_left_in_time_and_asked_once(
        self, hasty: QdrantVectorStore, server: Server, stub: StubServer
    ) -> None:
        server.replies = everything(Reply(delay=60))
        began = time.monotonic()
        with pytest.raises(Unavailable) as failed:
            hasty.query(ANA, QUERY)
        assert failed.value.context["reason"] == "timeout"
        assert time.monotonic() - began < 30
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("status", ["acknowledged", "wait_timeout"])
    @pytest.mark.parametrize("name", ["upsert", "remove_version", "remove_orphan"])
    def test_a_write_that_was_only_noted_is_not_a_write(
        self, store: QdrantVectorStore, server: Server, name: str, status: str
    ) -> None:
        body = {"result": {"operation_id": 1, "status": status}, "status": "ok", "time": 0.1}
        server.replies = everything(Reply(body=body))
        with pytest.raises(Unavailable, match="did not apply it"):
            CALLS[name](store)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(400, {"status": {"error": "Wrong input: secret-metadata"}}),
            Reply(422, {"status": {"error": "Wrong input: secret-metadata"}}),
            Reply(200, "<html>secret-metadata</html>"),
            Reply(200, {"result": {"secret-metadata": 1}}),
            Reply(200, {}),
        ],
    )
    def test_what_trying_again_cannot_change_is_an_error_of_ours(
        self, store: QdrantVectorStore, server: Server, stub: StubServer, reply: Reply
    ) -> None:
        server.replies = everything(reply)
        with pytest.raises(CatalystError) as failed:
            store.query(ANA, QUERY)
        assert type(failed.value) is CatalystError
        assert "secret" not in str(failed.value) + str(failed.value.context)
        assert len(stub.requests) == 1


class TestOpening:
    def test_a_server_that_is_not_there_is_unavailable(self, stub: StubServer) -> None:
        with pytest.raises(Unavailable, match="cannot be reached"):
            open_client(VectorsSettings(url=closed_url()))

    def test_the_key_is_sent(self, stub: StubServer) -> None:
        with pytest.warns(UserWarning, match="insecure connection"):
            open_client(VectorsSettings(url=stub.url, api_key=SecretStr("hunter2"))).close()
        assert {request.headers["api-key"] for request in stub.requests} == {"hunter2"}

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refused_key_stops_the_start(
        self, server: Server, stub: StubServer, status: int
    ) -> None:
        server.replies = {"/collections": [Reply(status, "Invalid API key or JWT")]}
        with pytest.raises(ConfigurationError) as refused:
            open_client(VectorsSettings(url=stub.url))
        assert refused.value.context["key"] == "vectors.api_key"

    @pytest.mark.parametrize("version", ["1.18.9", "0.20.0", "unknown", ""])
    def test_a_server_too_old_stops_the_start(
        self, server: Server, stub: StubServer, version: str
    ) -> None:
        server.version = version
        with pytest.raises(ConfigurationError, match=r"1\.19"):
            open_client(VectorsSettings(url=stub.url))

    @pytest.mark.parametrize("version", ["1.19.0", "1.20.1", "1.21.0-dev", "2.0.0"])
    def test_a_newer_one_does_not(self, server: Server, stub: StubServer, version: str) -> None:
        server.version = version
        open_client(VectorsSettings(url=stub.url)).close()

    def test_what_is_no_qdrant_stops_the_start(self, server: Server, stub: StubServer) -> None:
        server.replies = everything(Reply(200, "<html>It works!</html>"))
        with pytest.raises(CatalystError, match="does not speak"):
            open_client(VectorsSettings(url=stub.url))

    def test_without_a_url_there_is_nothing_to_open(self) -> None:
        with pytest.raises(ConfigurationError, match="not set"):
            open_client(VectorsSettings())

    def test_certificates_that_are_not_there_stop_the_start(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match=r"vectors\.ca_file"):
            open_client(VectorsSettings(url="https://127.0.0.1:1", ca_file=tmp_path / "none.pem"))
        (tmp_path / "bad.pem").write_text("no certificate")
        with pytest.raises(ConfigurationError, match=r"vectors\.ca_file"):
            open_client(VectorsSettings(url="https://127.0.0.1:1", ca_file=tmp_path / "bad.pem"))

    def test_a_certificate_is_asked_for(self, stub: StubServer) -> None:
        with pytest.raises(Unavailable):
            open_client(VectorsSettings(url=stub.url.replace("http:", "https:")))
        assert stub.requests == []
        assert ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED

    def test_a_collection_that_is_missing_stops_the_start(
        self, server: Server, stub: StubServer
    ) -> None:
        server.replies = {"/exists": [Reply(body={"result": {"exists": False}})]}
        client = open_client(VectorsSettings(url=stub.url))
        with pytest.raises(ConfigurationError, match="no collection"):
            QdrantVectorStore(client, NAME, 4)
        client.close()


class TestRequests:
    def test_a_collection_is_made_as_the_settings_say(
        self, server: Server, stub: StubServer
    ) -> None:
        server.replies = {"/exists": [Reply(body={"result": {"exists": e}}) for e in (False, True)]}
        settings = VectorsSettings(
            url=stub.url,
            shard_number=6,
            replication_factor=2,
            write_consistency=2,
            quantisation="scalar",
            on_disk=True,
        )
        client = open_client(settings)
        create_collection(client, NAME, 4, settings)
        client.close()
        made = next(r for r in stub.asked(NAME) if r.method == "PUT").body
        assert made["vectors"] == {"text_dense": {"size": 4, "distance": "Dot", "on_disk": True}}
        assert made["sparse_vectors"] == {"text_sparse": {"index": {"on_disk": True}}}
        assert made["hnsw_config"] == {"m": 0, "payload_m": 16, "full_scan_threshold": 10_000}
        assert (made["shard_number"], made["sharding_method"]) == (6, "auto")
        assert (made["replication_factor"], made["write_consistency_factor"]) == (2, 2)
        assert made["quantization_config"]["scalar"]["type"] == "int8"
        indexes = {r.body["field_name"]: r.body["field_schema"] for r in stub.asked("/index")}
        assert sorted(indexes) == ["document_id", "kb", "tenant", "version"]
        assert [name for name, schema in indexes.items() if schema["is_tenant"]] == ["tenant"]
        assert {n for n, schema in indexes.items() if schema["enable_hnsw"]} == {"tenant", "kb"}

    def test_without_quantisation_none_is_asked_for(self, server: Server, stub: StubServer) -> None:
        server.replies = {"/exists": [Reply(body={"result": {"exists": e}}) for e in (False, True)]}
        client = open_client(VectorsSettings(url=stub.url))
        create_collection(client, NAME, 4, VectorsSettings())
        client.close()
        made = next(r for r in stub.asked(NAME) if r.method == "PUT").body
        assert "quantization_config" not in made
        assert stub.asked("/shards") == []

    def test_shards_by_tenant_begin_with_one_for_all(
        self, server: Server, stub: StubServer
    ) -> None:
        server.info = custom_shards(server.info)
        settings = VectorsSettings(url=stub.url, tenant_shards=True, shard_number=4)
        client = open_client(settings)
        create_collection(client, NAME, 4, settings)
        client.close()
        made = next(r for r in stub.asked("/shards") if r.method == "PUT").body
        assert (made["shard_key"], made["shards_number"]) == ("shared", 1)

    def test_shards_of_the_other_kind_stop_the_start(
        self, server: Server, stub: StubServer
    ) -> None:
        client = open_client(VectorsSettings(url=stub.url))
        with pytest.raises(ConfigurationError, match="tenant_shards"):
            QdrantVectorStore(client, NAME, 4, tenant_shards=True)
        server.info = custom_shards(server.info)
        with pytest.raises(ConfigurationError, match="tenant_shards"):
            QdrantVectorStore(client, NAME, 4)
        client.close()

    def test_every_call_of_a_tenant_is_routed_to_its_shard(
        self, server: Server, stub: StubServer
    ) -> None:
        server.info = custom_shards(server.info)
        client = open_client(VectorsSettings(url=stub.url))
        store = QdrantVectorStore(client, NAME, 4, tenant_shards=True)
        stub.requests.clear()
        routed = {"target": ANA.key, "fallback": "shared"}
        for name in sorted(set(CALLS) - {"version_counts", "remove_orphan"}):
            CALLS[name](store)
            body = stub.requests[-1].body
            searches = body.get("searches", [body])
            assert [s["shard_key"] for s in searches] == [routed] * len(searches), name
        for name in ("version_counts", "remove_orphan"):
            CALLS[name](store)
            assert "shard_key" not in stub.requests[-1].body
        client.close()

    @pytest.mark.parametrize(
        "name", sorted(set(CALLS) - {"version_counts", "remove_orphan", "upsert"})
    )
    def test_every_call_of_a_tenant_filters_by_it(
        self, store: QdrantVectorStore, stub: StubServer, name: str
    ) -> None:
        CALLS[name](store)
        body = stub.requests[-1].body
        for search in body.get("searches", [body]):
            matches = [c["match"] for c in search["filter"]["must"] if c["key"] == "tenant"]
            assert matches in ([{"value": ANA.key}], [{"any": [ANA.key]}])
            assert BEA.key not in str(search)

    @pytest.mark.parametrize("name", ["upsert", "remove_version", "remove_orphan"])
    def test_writes_are_waited_for_and_ordered(
        self, store: QdrantVectorStore, stub: StubServer, name: str
    ) -> None:
        CALLS[name](store)
        assert "wait=true" in stub.requests[-1].path
        assert "ordering=medium" in stub.requests[-1].path

    @pytest.mark.parametrize("name", ["remove_knowledge_base", "version_counts"])
    def test_what_grows_with_the_index_gets_more_time(
        self, hasty: QdrantVectorStore, stub: StubServer, server: Server, name: str
    ) -> None:
        server.delay = 1.3
        CALLS[name](hasty)
        assert "timeout=300" in stub.requests[-1].path

    def test_searches_ask_for_float_scores_and_no_payload(
        self, store: QdrantVectorStore, stub: StubServer
    ) -> None:
        assert store.query(ANA, QUERY) == Candidates([(hex_id(1), 0.5)], [])
        dense, terms = stub.requests[-1].body["searches"]
        assert dense["params"]["quantization"] == {"rescore": True, "oversampling": 2.0}
        assert dense["params"]["hnsw_ef"] == 256
        assert terms["using"] == "text_sparse"
        assert not dense["with_payload"]
        assert not dense["with_vector"]

    def test_counts_are_exact(self, store: QdrantVectorStore, stub: StubServer) -> None:
        assert store.count(ANA) == 7
        assert stub.requests[-1].body["exact"] is True
        assert store.version_counts() == {"ver-1": 7}
        assert stub.requests[-1].body["exact"] is True

    def test_nothing_to_ask_is_not_asked(self, store: QdrantVectorStore, stub: StubServer) -> None:
        assert store.query(ANA, VectorQuery([], 3, unit([1, 0, 0, 0]))) == Candidates([], [])
        assert store.query(ANA, VectorQuery(["kb-1"], 3, sparse=sparse({}))) == Candidates([], [])
        store.upsert(ANA, [])
        assert stub.requests == []

    def test_collections_are_listed_by_prefix_and_dropped_by_name(self, stub: StubServer) -> None:
        client = open_client(VectorsSettings(url=stub.url))
        assert list_collections(client, "catalystindex-") == [NAME, NAME + "2"]
        drop_collection(client, NAME)
        assert (stub.requests[-1].method, stub.requests[-1].path.partition("?")[0]) == (
            "DELETE",
            f"/collections/{NAME}",
        )
        client.close()

    def test_a_closed_store_leaves_a_shared_client_open(self, stub: StubServer) -> None:
        client = open_client(VectorsSettings(url=stub.url))
        QdrantVectorStore(client, NAME, 4).close()
        assert QdrantVectorStore(client, NAME, 4).count(ANA) == 7
        client.close()
