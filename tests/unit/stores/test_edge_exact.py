"""Which points are found: all of the nearest, as long as a tenant has not very many."""

from collections.abc import Iterator

import numpy as np
import pytest

from catalystindex.stores.vectors import edge_shard
from catalystindex.stores.vectors.base import MAX_UPSERT, FloatVector, VectorPoint, VectorQuery
from catalystindex.stores.vectors.edge_shard import EdgeShardFile
from support.stores import ANA, hex_id, sparse

DIMENSION, POINTS, LIMIT = 384, 8_000, 200
"""Enough that the engine builds its graph (over 10 MB of vectors)."""


@pytest.fixture(scope="module")
def vectors() -> FloatVector:
    drawn = np.random.default_rng(7).normal(size=(POINTS, DIMENSION))
    unit: FloatVector = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.fixture(scope="module")
def shard(
    vectors: FloatVector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EdgeShardFile]:
    made = EdgeShardFile.create(tmp_path_factory.mktemp("shard") / "gen", DIMENSION)
    points = [_point(number, vector) for number, vector in enumerate(vectors)]
    for start in range(0, POINTS, MAX_UPSERT):
        made.upsert(ANA.key, points[start : start + MAX_UPSERT])
    made.optimize()
    yield made
    made.close()


def nearest(vectors: FloatVector, query: FloatVector) -> list[str]:
    order = np.argsort(-(vectors @ query), kind="stable")[:LIMIT]
    return [hex_id(int(number) + 1) for number in order]


def asked(shard: EdgeShardFile, query: FloatVector) -> list[str]:
    dense, _ = shard.query(ANA.key, VectorQuery(["kb-1"], LIMIT, dense=query))
    return [chunk for chunk, _ in dense[:LIMIT]]


def test_all_of_the_nearest_are_found(shard: EdgeShardFile, vectors: FloatVector) -> None:
    for query in vectors[:10]:
        assert set(asked(shard, query)) == set(nearest(vectors, query))


def test_beyond_the_bound_the_graph_answers(
    shard: EdgeShardFile, vectors: FloatVector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_shard, "EXACT_UP_TO", POINTS - 1)
    found = [set(asked(shard, query)) for query in vectors[:10]]
    wanted = [set(nearest(vectors, query)) for query in vectors[:10]]
    assert all(len(ids) == LIMIT for ids in found)
    assert found != wanted  # it is the graph: it misses some
    shares = [len(a & b) / LIMIT for a, b in zip(found, wanted, strict=True)]
    assert np.mean(shares) > 0.8


def _point(number: int, vector: FloatVector) -> VectorPoint:
    return VectorPoint(
        chunk_id=hex_id(number + 1),
        knowledge_base_id="kb-1",
        document_id=f"doc-{number % 40}",
        version_id=f"ver-{number % 40}",
        tier="window",
        media_type="text/plain",
        metadata={},
        dense=vector,
        sparse=sparse({1: 1.0}),
    )
