"""What every vector store must do, whichever engine is behind it.

Another engine is one more line in ``ADAPTERS``: a function that opens the store in a folder, with
vectors of so many dimensions, and finds there what an earlier opening wrote. The Qdrant adapter
runs on the client's local mode, and on the server at ``CATALYST_TEST_QDRANT_URL`` if it is set.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from catalystindex.model.document import MetadataValue
from catalystindex.model.filter_json import parse_filters
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.vectors.base import (
    MAX_UPSERT,
    Candidates,
    VectorPoint,
    VectorQuery,
    VectorStore,
)
from catalystindex.stores.vectors.edge import EdgeVectorStore
from support import qdrant
from support.stores import ANA, BEA, hex_id, point, sparse, unit

DIMENSION = 4
EVERYTHING = unit([1, 1, 1, 1])

Open = Callable[[], VectorStore]

ADAPTERS: dict[str, Callable[[Path, int], VectorStore]] = {
    "edge": lambda folder, dimension: EdgeVectorStore(folder / "edge", dimension),
    **qdrant.OPENERS,
}


@pytest.fixture(params=list(ADAPTERS.values()), ids=list(ADAPTERS))
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Open the store of this test, and open it again later."""
    adapter: Callable[[Path, int], VectorStore] = request.param
    yield lambda: adapter(tmp_path, DIMENSION)
    if adapter is qdrant.open_on_server:
        qdrant.drop_from_server(tmp_path)


@pytest.mark.skipif(qdrant.SERVER_URL is not None, reason="the adapter runs on a server")
def test_the_qdrant_adapter_on_a_server() -> None:
    """Reported, so that no green run is taken for more than it is."""
    pytest.skip(qdrant.NOT_VERIFIED)


@pytest.fixture
def store(open_store: Open) -> Iterator[VectorStore]:
    opened = open_store()
    yield opened
    opened.close()


def ask(
    store: VectorStore,
    tenant: Tenant = ANA,
    *,
    kbs: Sequence[str] = ("kb-1",),
    filters: Mapping[str, object] | None = None,
    limit: int = 50,
    dense: Sequence[float] = (1, 1, 1, 1),
    terms: Mapping[int, float] | None = None,
) -> Candidates:
    return store.query(
        tenant,
        VectorQuery(
            kbs,
            limit,
            unit(dense),
            sparse({1: 1.0} if terms is None else terms),
            parse_filters(filters or {}),
        ),
    )


def numbers(scored: Sequence[tuple[str, float]]) -> list[int]:
    return [int(chunk_id, 16) for chunk_id, _ in scored]


def found(
    store: VectorStore,
    tenant: Tenant = ANA,
    *,
    kbs: Sequence[str] = ("kb-1",),
    filters: Mapping[str, object] | None = None,
) -> set[int]:
    """Return what both ways of looking find; they must agree on what may be seen."""
    answer = ask(store, tenant, kbs=kbs, filters=filters)
    dense, by_terms = set(numbers(answer.dense)), set(numbers(answer.sparse))
    assert dense == by_terms
    return dense


class TestUpsert:
    def test_what_was_written_is_found(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1), point(2)])
        assert found(store) == {1, 2}
        assert store.count(ANA) == 2

    def test_writing_the_same_twice_changes_nothing(self, store: VectorStore) -> None:
        points = [point(n, dense=(1, n, 0, 0)) for n in range(1, 5)]
        store.upsert(ANA, points)
        before = ask(store)
        store.upsert(ANA, points)
        assert ask(store) == before
        assert store.count(ANA) == 4
        assert store.version_counts() == {"ver-1": 4}

    def test_a_point_of_the_same_chunk_is_replaced_whole(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, (1, 0, 0, 0), {5: 1.0}, metadata={"a": 1, "b": 2})])
        store.upsert(ANA, [point(1, (0, 1, 0, 0), {6: 1.0}, metadata={"a": 9})])
        answer = ask(store, dense=(0, 1, 0, 0), terms={5: 1.0, 6: 2.0})
        assert_scores(answer.dense, {hex_id(1): 1.0})
        assert_scores(answer.sparse, {hex_id(1): 2.0})
        assert not ask(store, filters={"a": [1]}).dense
        assert not ask(store, filters={"b": [2]}).dense
        assert ask(store, filters={"a": [9]}).dense

    def test_nothing_may_be_written(self, store: VectorStore) -> None:
        store.upsert(ANA, [])
        assert store.count(ANA) == 0

    def test_as_many_as_the_bound_may_be_written_at_once(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n) for n in range(MAX_UPSERT)])
        assert store.count(ANA) == MAX_UPSERT

    def test_more_than_the_bound_is_refused_whole(self, store: VectorStore) -> None:
        with pytest.raises(ValueError, match="bound"):
            store.upsert(ANA, [point(n) for n in range(MAX_UPSERT + 1)])
        assert store.count(ANA) == 0

    def test_a_chunk_without_terms_is_found_by_meaning_alone(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, terms={})])
        answer = ask(store)
        assert (numbers(answer.dense), answer.sparse) == ([1], [])


class TestOrder:
    def test_the_best_comes_first_by_either_vector(self, store: VectorStore) -> None:
        store.upsert(
            ANA,
            [
                point(1, (1, 0, 0, 0), {1: 3.0}),
                point(2, (1, 1, 0, 0), {1: 1.0}),
                point(3, (0, 1, 0, 0), {1: 2.0}),
            ],
        )
        answer = ask(store, dense=(0, 1, 0, 0))
        assert numbers(answer.dense) == [3, 2, 1]
        assert numbers(answer.sparse) == [1, 3, 2]

    def test_ties_are_ordered_by_chunk_id(self, store: VectorStore) -> None:
        order = np.random.default_rng(7).permutation(40).tolist()
        store.upsert(ANA, [point(n) for n in order])
        answer = ask(store)
        assert numbers(answer.dense) == numbers(answer.sparse) == list(range(40))

    @pytest.mark.parametrize("limit", [1, 5, 39])
    def test_ties_at_the_limit_are_cut_by_chunk_id(self, store: VectorStore, limit: int) -> None:
        """Boilerplate repeats over documents: which copies are candidates must not be chance."""
        order = np.random.default_rng(7).permutation(40).tolist()
        store.upsert(ANA, [point(n) for n in order])
        answer = ask(store, limit=limit)
        assert numbers(answer.dense) == numbers(answer.sparse) == list(range(limit))

    def test_the_limit_holds_for_each_list(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, (1, n, 0, 0), {1: n + 1.0}) for n in range(9)])
        answer = ask(store, limit=4, dense=(0, 1, 0, 0))
        assert numbers(answer.dense) == numbers(answer.sparse) == [8, 7, 6, 5]

    def test_opposite_vectors_have_negative_scores_and_are_found(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, (-1, 0, 0, 0))])
        answer = ask(store, dense=(1, 0, 0, 0))
        assert_scores(answer.dense, {hex_id(1): -1.0})

    def test_one_vector_alone_may_be_asked_for(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        dense = store.query(ANA, VectorQuery(["kb-1"], 5, dense=EVERYTHING))
        terms = store.query(ANA, VectorQuery(["kb-1"], 5, sparse=sparse({1: 1.0})))
        assert (numbers(dense.dense), dense.sparse) == ([1], [])
        assert (terms.dense, numbers(terms.sparse)) == ([], [1])

    def test_terms_that_no_point_holds_find_nothing(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        assert ask(store, terms={2**32 - 1: 1.0}).sparse == []
        assert ask(store, terms={}).sparse == []

    @pytest.mark.parametrize("seed", range(3))
    def test_scores_are_those_of_brute_force(self, store: VectorStore, seed: int) -> None:
        random = np.random.default_rng(seed)
        points: list[VectorPoint] = []
        for number in range(120):
            terms = random.choice(30, size=int(random.integers(0, 8)), replace=False)
            weights = {int(term): float(random.random()) + 0.1 for term in terms}
            points.append(point(number, random.normal(size=DIMENSION).tolist(), weights))
        for start in range(0, len(points), MAX_UPSERT):
            store.upsert(ANA, points[start : start + MAX_UPSERT])
        for _ in range(5):
            dense = random.normal(size=DIMENSION).tolist()
            wanted = {int(t): float(random.random()) + 0.1 for t in random.choice(30, 5, False)}
            answer = ask(store, limit=20, dense=dense, terms=wanted)
            assert_same(answer.dense, [(p.chunk_id, float(p.dense @ unit(dense))) for p in points])
            by_terms = [(p.chunk_id, overlap(p, wanted)) for p in points]
            assert_same(answer.sparse, [scored for scored in by_terms if scored[1] is not None])


def overlap(held: VectorPoint, wanted: Mapping[int, float]) -> float | None:
    """Return the sum of products, or None for a point that holds none of the terms."""
    terms = zip(held.sparse.indices.tolist(), held.sparse.values.tolist(), strict=True)
    products = [weight * wanted[term] for term, weight in terms if term in wanted]
    return sum(products) if products else None


def assert_scores(answer: Sequence[tuple[str, float]], expected: Mapping[str, float]) -> None:
    assert dict(answer) == pytest.approx(dict(expected))


def assert_same(
    answer: Sequence[tuple[str, float]], expected: Sequence[tuple[str, float | None]]
) -> None:
    ranked = sorted(((i, s) for i, s in expected if s is not None), key=lambda x: (-x[1], x[0]))[
        :20
    ]
    assert [chunk_id for chunk_id, _ in answer] == [chunk_id for chunk_id, _ in ranked]
    assert [score for _, score in answer] == pytest.approx([s for _, s in ranked], abs=1e-5)


class TestTenants:
    def test_see_their_own_and_nothing_else(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1), point(2)])
        store.upsert(BEA, [point(3)])
        assert found(store, ANA) == {1, 2}
        assert found(store, BEA) == {3}
        assert (store.count(ANA), store.count(BEA)) == (2, 1)

    def test_a_filter_does_not_reach_over(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, metadata={"tenant": BEA.key, "kb": "kb-2"})])
        assert found(store, BEA, filters={"tenant": [BEA.key, ANA.key]}) == set()
        assert found(store, BEA, filters={"document_id": ["doc-1"]}) == set()
        assert found(store, ANA, kbs=["kb-2"]) == set()
        assert found(store, ANA, filters={"tenant": [BEA.key]}) == {1}

    def test_names_that_begin_alike_are_different(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        for workspace in ("am", "amlx", "AML"):
            assert found(store, make_tenant("acme", workspace, "ana")) == set()

    def test_users_of_one_workspace_share_it(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        assert found(store, make_tenant(ANA.organisation, ANA.workspace, "zoe")) == {1}

    def test_cannot_remove_what_is_not_theirs(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        store.remove_version(BEA, "ver-1")
        store.remove_document(BEA, "doc-1")
        store.remove_knowledge_base(BEA, "kb-1")
        assert found(store) == {1}


class TestKnowledgeBases:
    def test_restrict_what_is_found(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, kb=f"kb-{n}") for n in (1, 2, 3)])
        assert found(store, kbs=["kb-1"]) == {1}
        assert found(store, kbs=["kb-1", "kb-3", "kb-9"]) == {1, 3}
        assert found(store, kbs=["kb-9"]) == set()

    def test_none_asked_for_is_nothing_found(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        assert found(store, kbs=[]) == set()

    def test_are_counted_apart(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1), point(2), point(3, kb="kb-2")])
        counts = [store.count(ANA, kb) for kb in (None, "kb-1", "kb-2", "kb-9")]
        assert counts == [3, 2, 1, 0]


VALUES: dict[int, MetadataValue] = {
    1: 1,
    2: "1",
    3: True,
    4: 0,
    5: "0",
    6: False,
    7: "true",
    8: "True",
    9: "i:1",
    10: "b:true",
    11: -1,
    12: 2**53,
    13: -(2**53),
    14: "",
    15: " ",
    16: "Ünï\U0001f600",
    17: "a\0b",
    18: "x" * 1000,
    19: "null",
    20: "a.b[0]",
    21: "*",
}


class TestFilters:
    def test_a_value_equals_itself_and_nothing_that_looks_like_it(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, metadata={"k": value}) for n, value in VALUES.items()])
        for number, value in VALUES.items():
            assert not isinstance(value, list)
            assert found(store, filters={"k": [value]}) == {number}, repr(value)

    def test_any_of_several_values_of_several_types(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, metadata={"k": value}) for n, value in VALUES.items()])
        assert found(store, filters={"k": [1, "1", True, "nowhere"]}) == {1, 2, 3}

    def test_a_list_holds_each_of_its_values_with_its_type(self, store: VectorStore) -> None:
        store.upsert(
            ANA,
            [
                point(1, metadata={"k": ["a", 1, True]}),
                point(2, metadata={"k": ["b", "1"]}),
                point(3, metadata={"k": []}),
            ],
        )
        for wanted, expected in (("a", {1}), ("b", {2}), (1, {1}), ("1", {2}), (True, {1})):
            assert found(store, filters={"k": [wanted]}) == expected
        assert found(store, filters={"k": ["a", "b"]}) == {1, 2}
        assert found(store, filters={"k": ["a1True"]}) == set()

    def test_every_field_must_hold(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, metadata={"a": n % 2, "b": n % 3}) for n in range(6)])
        assert found(store, filters={"a": [1], "b": [0, 1]}) == {1, 3}
        assert found(store, filters={"a": [1], "missing": [1]}) == set()

    def test_a_field_that_a_point_lacks_does_not_hold(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1), point(2, metadata={"k": "x"})])
        assert found(store, filters={"k": ["x"]}) == {2}

    @pytest.mark.parametrize(
        "key",
        ["tenant", "kb", "version", "meta", "id", "a_b", "a__b", "k0", "x" * 64, "must", "key"],
    )
    def test_a_key_may_be_any_plain_name(self, store: VectorStore, key: str) -> None:
        store.upsert(ANA, [point(1, metadata={key: "x"}), point(2, metadata={key: "y"})])
        assert found(store, filters={key: ["x"]}) == {1}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("document_id", "doc-2"), ("media_type", "application/pdf"), ("tier", "table")],
    )
    def test_built_in_fields_are_filtered_by_too(
        self, store: VectorStore, field: str, value: str
    ) -> None:
        other = point(2, document="doc-2", media_type="application/pdf", tier="table")
        store.upsert(ANA, [point(1), other])
        assert found(store, filters={field: [value]}) == {2}
        assert found(store, filters={field: [value, "nowhere"]}) == {2}
        assert found(store, filters={field: ["nowhere"]}) == set()

    def test_a_built_in_field_is_text_and_equals_no_other_type(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, tier="1"), point(2, tier="True")])
        assert found(store, filters={"tier": ["1"]}) == {1}
        assert found(store, filters={"tier": [1, True]}) == set()

    def test_metadata_does_not_stand_in_for_a_built_in_field(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1, metadata={"tier": "table", "document_id": "doc-9"})])
        assert found(store, filters={"tier": ["table"]}) == set()
        assert found(store, filters={"document_id": ["doc-9"]}) == set()


class TestRemoval:
    @pytest.fixture(autouse=True)
    def _written(self, store: VectorStore) -> None:
        store.upsert(
            ANA,
            [
                point(1, kb="kb-1", document="doc-1", version="ver-1"),
                point(2, kb="kb-1", document="doc-1", version="ver-2"),
                point(3, kb="kb-1", document="doc-2", version="ver-3"),
                point(4, kb="kb-2", document="doc-3", version="ver-4"),
            ],
        )
        store.upsert(BEA, [point(5, kb="kb-1", document="doc-1", version="ver-1")])

    def left(self, store: VectorStore) -> set[int]:
        kept = found(store, kbs=["kb-1", "kb-2"])
        assert store.count(ANA) == len(kept)
        assert found(store, BEA) == {5}
        return kept

    def test_of_a_version(self, store: VectorStore) -> None:
        store.remove_version(ANA, "ver-1")
        assert self.left(store) == {2, 3, 4}

    def test_of_a_document(self, store: VectorStore) -> None:
        store.remove_document(ANA, "doc-1")
        assert self.left(store) == {3, 4}

    def test_of_a_knowledge_base(self, store: VectorStore) -> None:
        store.remove_knowledge_base(ANA, "kb-1")
        assert self.left(store) == {4}

    def test_of_what_is_not_there(self, store: VectorStore) -> None:
        for remove in (store.remove_version, store.remove_document, store.remove_knowledge_base):
            remove(ANA, "nowhere")
            remove(ANA, "")
        assert self.left(store) == {1, 2, 3, 4}

    def test_twice_is_as_good_as_once(self, store: VectorStore) -> None:
        store.remove_document(ANA, "doc-1")
        store.remove_document(ANA, "doc-1")
        assert self.left(store) == {3, 4}

    def test_does_not_stop_the_same_points_from_coming_back(self, store: VectorStore) -> None:
        store.remove_version(ANA, "ver-1")
        store.upsert(ANA, [point(1)])
        assert self.left(store) == {1, 2, 3, 4}


class TestCounts:
    def test_versions_are_counted_over_all_tenants(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(n, version=f"ver-{n % 2}") for n in range(5)])
        store.upsert(BEA, [point(9, version="ver-9")])
        assert store.version_counts() == {"ver-0": 3, "ver-1": 2, "ver-9": 1}

    def test_a_version_that_was_removed_is_not_counted(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1), point(2, version="ver-2")])
        store.remove_version(ANA, "ver-1")
        assert store.version_counts() == {"ver-2": 1}

    def test_an_empty_store_counts_nothing(self, store: VectorStore) -> None:
        assert store.version_counts() == {}
        assert store.count(ANA) == 0
        assert ask(store) == Candidates([], [])


class TestReopening:
    def test_finds_what_was_written_and_not_what_was_removed(self, open_store: Open) -> None:
        first = open_store()
        first.upsert(ANA, [point(n, (1, n, 0, 0), metadata={"k": n}) for n in range(5)])
        first.upsert(ANA, [point(9, document="doc-9")])
        first.remove_document(ANA, "doc-9")
        before = ask(first)
        first.close()
        again = open_store()
        assert ask(again) == before
        assert again.count(ANA) == 5
        assert found(again, filters={"k": [3]}) == {3}
        again.upsert(ANA, [point(7)])
        assert again.count(ANA) == 6
        again.close()

    def test_flushing_keeps_the_store_in_use(self, store: VectorStore) -> None:
        store.upsert(ANA, [point(1)])
        store.flush()
        store.upsert(ANA, [point(2)])
        assert found(store) == {1, 2}
