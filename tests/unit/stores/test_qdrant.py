"""The Qdrant store on the client's local mode: what only it does, beside the contract."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from qdrant_client import QdrantClient, models

from catalystindex.config.sections import VectorsSettings
from catalystindex.model.errors import ConfigurationError
from catalystindex.model.ids import content_id
from catalystindex.stores.vectors import qdrant as module
from catalystindex.stores.vectors.qdrant import QdrantVectorStore
from catalystindex.stores.vectors.qdrant_collections import (
    check_collection,
    create_collection,
    drop_collection,
    list_collections,
)
from support import qdrant
from support.stores import ANA, BEA, point

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[QdrantVectorStore]:
    opened = qdrant.open_local(tmp_path, 4)
    yield opened
    opened.close()


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    opened = QdrantClient(":memory:")
    yield opened
    opened.close()


class TestOrphans:
    def test_are_removed_whoever_they_belong_to(self, store: QdrantVectorStore) -> None:
        store.upsert(ANA, [point(1), point(2, version="ver-2")])
        store.upsert(BEA, [point(3)])
        store.remove_orphan("ver-1")
        assert store.version_counts() == {"ver-2": 1}


class TestVersionCounts:
    def test_versions_of_our_own_form_keep_it(self, store: QdrantVectorStore) -> None:
        """Local mode reads 32 hex digits as a UUID and answers with hyphens."""
        version = content_id("version", 1)
        store.upsert(ANA, [point(n, version=version) for n in range(3)])
        assert store.version_counts() == {version: 3}

    @pytest.mark.parametrize("page", [1, 2, 3, 100])
    def test_more_versions_than_one_answer_holds_are_read_through(
        self, store: QdrantVectorStore, monkeypatch: pytest.MonkeyPatch, page: int
    ) -> None:
        store.upsert(ANA, [point(n, version=f"ver-{n % 3}") for n in range(8)])
        whole = store.version_counts()
        monkeypatch.setattr(module, "FACET_LIMIT", 3)
        monkeypatch.setattr(module, "SCROLL_PAGE", page)
        assert store.version_counts() == whole == {"ver-0": 3, "ver-1": 3, "ver-2": 2}

    def test_nothing_is_fresh_on_a_server(self, store: QdrantVectorStore) -> None:
        store.upsert(ANA, [point(1)])
        assert store.fresh_points() == 0


class TestCollections:
    def test_are_made_once(self, client: QdrantClient) -> None:
        create_collection(client, "p-1", 4, VectorsSettings())
        QdrantVectorStore(client, "p-1", 4).upsert(ANA, [point(1)])
        create_collection(client, "p-1", 4, VectorsSettings())
        assert QdrantVectorStore(client, "p-1", 4).count(ANA) == 1

    def test_stand_apart(self, client: QdrantClient) -> None:
        for name in ("p-2", "p-1", "q-1"):
            create_collection(client, name, 4, VectorsSettings())
        QdrantVectorStore(client, "p-1", 4).upsert(ANA, [point(1)])
        assert QdrantVectorStore(client, "p-2", 4).count(ANA) == 0
        assert list_collections(client, "p-") == ["p-1", "p-2"]
        drop_collection(client, "p-1")
        drop_collection(client, "p-1")
        assert list_collections(client, "p-") == ["p-2"]

    def test_of_another_length_are_refused(self, client: QdrantClient) -> None:
        create_collection(client, "p-1", 4, VectorsSettings())
        with pytest.raises(ConfigurationError, match=r"of 4 dimensions.* makes 384") as refused:
            QdrantVectorStore(client, "p-1", 384)
        assert (refused.value.context["found"], refused.value.context["dimension"]) == (4, 384)
        with pytest.raises(ConfigurationError):
            create_collection(client, "p-1", 384, VectorsSettings())

    def test_that_are_missing_are_refused(self, client: QdrantClient) -> None:
        with pytest.raises(ConfigurationError, match="no collection 'p-1'"):
            check_collection(client, "p-1", 4)

    @pytest.mark.parametrize(
        ("dense", "sparse", "sentence"),
        [
            ({"text_dense": (4, "Cosine")}, {"text_sparse": None}, "not an index of this product"),
            ({"other": (4, "Dot")}, {"text_sparse": None}, "not an index of this product"),
            ({"text_dense": (4, "Dot")}, {}, "not an index of this product"),
            ({"text_dense": (4, "Dot")}, {"text_sparse": "idf"}, "weighs terms itself"),
        ],
    )
    def test_of_another_layout_are_refused(
        self,
        client: QdrantClient,
        dense: dict[str, tuple[int, str]],
        sparse: dict[str, str | None],
        sentence: str,
    ) -> None:
        client.create_collection(
            "p-1",
            {
                n: models.VectorParams(size=s, distance=models.Distance(d))
                for n, (s, d) in dense.items()
            },
            {
                name: models.SparseVectorParams(modifier=models.Modifier(m) if m else None)
                for name, m in sparse.items()
            },
        )
        with pytest.raises(ConfigurationError, match=sentence):
            check_collection(client, "p-1", 4)


def test_the_embedded_store_does_not_import_the_client() -> None:
    program = (
        "import sys; import catalystindex.owner.assembly; import catalystindex.api.server;"
        "sys.exit('qdrant_client' in sys.modules or 'grpc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=120)
    assert done.returncode == 0
