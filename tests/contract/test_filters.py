"""Every engine answers every filter as `support.filter_truth` says it means."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qdrant_client import QdrantClient, models

from catalystindex.model.filter_json import parse_filters
from catalystindex.stores.vectors.base import VectorPoint, VectorQuery
from catalystindex.stores.vectors.edge_shard import EdgeShardFile
from catalystindex.stores.vectors.payload import payload_of
from catalystindex.stores.vectors.qdrant_filter import qdrant_filter
from catalystindex.stores.vectors.where import where_of
from support import filter_strategies as some
from support.filter_truth import Json, holds
from support.stores import ANA, point, unit

KINDS = (("window", "text/plain"), ("table", "application/pdf"))
SETTINGS = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])

Found = set[int]
Engine = Callable[[list[VectorPoint], list[VectorQuery]], list[Found]]


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("filters") / "shard"
    shard = EdgeShardFile.create(folder, 4)

    def ask(points: list[VectorPoint], queries: list[VectorQuery]) -> list[Found]:
        shard.remove_points(shard.chunk_ids())
        shard.upsert(ANA.key, points)
        answers = [shard.query(ANA.key, query)[0] for query in queries]
        return [{int(chunk_id, 16) for chunk_id, _ in dense} for dense in answers]

    yield ask
    shard.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Engine]:
    client = QdrantClient(":memory:")
    client.create_collection("c", models.VectorParams(size=4, distance=models.Distance.DOT))

    def ask(points: list[VectorPoint], queries: list[VectorQuery]) -> list[Found]:
        client.delete("c", models.FilterSelector(filter=models.Filter()))
        client.upsert(
            "c",
            [
                models.PointStruct(
                    id=int(p.chunk_id, 16), vector=p.dense.tolist(), payload=payload_of(ANA.key, p)
                )
                for p in points
            ],
        )
        wheres = [qdrant_filter(where_of(ANA.key, query)) for query in queries]
        answers = [client.scroll("c", where, limit=100)[0] for where in wheres]
        return [{record.id for record in found if isinstance(record.id, int)} for found in answers]

    yield ask
    client.close()


@pytest.fixture(params=["edge", "server"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def points_of(documents: list[dict[str, object]]) -> list[VectorPoint]:
    return [
        point(n, tier=KINDS[n % 2][0], media_type=KINDS[n % 2][1], metadata=metadata)  # type: ignore[arg-type]
        for n, metadata in enumerate(documents)
    ]


def truth(documents: list[dict[str, object]], filters: Json) -> Found:
    built_in: list[dict[str, object]] = [
        {"tier": tier, "media_type": media_type, "document_id": "doc-1"}
        for tier, media_type in KINDS
    ]
    return {n for n, found in enumerate(documents) if holds(filters, found | built_in[n % 2])}


def query(filters: Mapping[str, object]) -> VectorQuery:
    return VectorQuery(["kb-1"], 100, unit([1, 1, 1, 1]), filters=parse_filters(filters))


@SETTINGS
@given(some.collections, st.lists(some.filters(), min_size=1, max_size=8))
def test_all_engines_answer_what_the_filter_means(
    edge: Engine,
    server: Engine,
    documents: list[dict[str, object]],
    filters: list[dict[str, object]],
) -> None:
    points, queries = points_of(documents), [query(one) for one in filters]
    expected = [truth(documents, one) for one in filters]
    assert edge(points, queries) == expected
    assert server(points, queries) == expected


DOCUMENTS: list[dict[str, object]] = [
    {"icd": ["F33.1", "Z00"], "amount": 100, "signed": "2024-01-01"},
    {"icd": "F330", "amount": [50, 500], "signed": "2024-12-31T23:59:59Z"},
    {"icd": "E11", "amount": "100", "signed": "2025-01-01T00:30:00+01:00"},
    {"parties": [{"role": "payer", "country": "DE"}, {"role": "payee", "country": "FR"}]},
    {"parties": [{"role": "payer", "country": "FR"}, {"role": "payee", "country": "DE"}]},
    {"icd": [], "open": True},
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"icd": {"prefix": "F33"}}, {0, 1}),
        ({"icd": {"prefix": "F33."}}, {0}),
        ({"icd": {"prefix": "f33"}}, set()),
        ({"amount": {"gte": 100}}, {0, 1}),
        ({"amount": {"gt": 100, "lt": 500}}, set()),
        ({"amount": {"gt": 40, "lt": 60}}, {1}),
        ({"open": {"gte": 0}}, set()),
        ({"signed": {"gte": "2024-01-01", "lt": "2025-01-01"}}, {0, 1, 2}),
        ({"signed": {"lte": "2024-12-31"}}, {0, 1, 2}),
        ({"signed": {"gt": "2024-01-01"}}, {1, 2}),
        ({"signed": {"gt": "2024-12-31"}}, set()),
        ({"signed": {"lt": "2024-12-31T23:59:59Z"}}, {0, 2}),
        ({"icd": {"not": "E11"}}, {0, 1, 3, 4, 5}),
        ({"icd": {"not": ["E11", "Z00"], "exists": True}}, {1}),
        ({"icd": {"exists": False}}, {3, 4, 5}),
        ({"parties": {"exists": True}}, {3, 4}),
        ({"parties": {"any": {"role": "payer", "country": "DE"}}}, {3}),
        ({"parties": {"any": {"country": "DE"}}}, {3, 4}),
        ({"parties": {"any": {"country": {"not": "DE"}}}}, {3, 4}),
        ({"parties": {"any": {"city": {"exists": False}}}}, {3, 4}),
        ({"parties": {"not": {"any": {"role": "payer", "country": "DE"}}}}, {0, 1, 2, 4, 5}),
        ({"parties": "payer"}, set()),
        ({"or": [{"icd": "E11"}, {"open": True}]}, {2, 5}),
        ({"and": [{"icd": {"prefix": "F"}}, {"icd": {"prefix": "Z"}}]}, {0}),
        ({"not": {"icd": {"exists": True}, "open": {"exists": True}}}, {0, 1, 2, 3, 4, 5}),
        ({"tier": {"not": "window"}}, {1, 3, 5}),
        ({"media_type": {"prefix": "text/"}}, {0, 2, 4}),
        ({"document_id": {"exists": True}}, {0, 1, 2, 3, 4, 5}),
        ({}, {0, 1, 2, 3, 4, 5}),
    ],
    ids=str,
)
def test_the_language(engine: Engine, filters: Json, expected: Found) -> None:
    assert truth(DOCUMENTS, filters) == expected
    assert engine(points_of(DOCUMENTS), [query(filters)]) == [expected]


def test_no_filter_reaches_over_to_another_tenant(engine: Engine) -> None:
    everything: list[Json] = [{"or": [{"a": "x"}, {"not": {"a": "x"}}]}, {"not": {"a": "nowhere"}}]
    points = [point(1, metadata={"a": "x"}), point(2, kb="kb-2", metadata={"a": "x"})]
    assert engine(points, [query(one) for one in everything]) == [{1}, {1}]
