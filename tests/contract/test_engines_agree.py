"""The same points and the same question give the same candidates on every engine, order included.

Scores are rounded, so equal too but for a true score on a rounding boundary (`round_score`).
Draws in which such a score could change the order are left out, and counted so that not all are.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catalystindex.stores.vectors.base import (
    MAX_UPSERT,
    Candidates,
    FloatVector,
    VectorPoint,
    VectorQuery,
    VectorStore,
    round_score,
)
from catalystindex.stores.vectors.edge import EdgeVectorStore
from support import qdrant
from support.stores import ANA, point, sparse, unit

ENGINE_NOISE = 2e-7
"""More than any engine's score was seen to be off by, per unit of score from 1 upwards."""

STEP = 1e-5
"""The step of the rounding, per unit of score from 1 upwards (at most, not exactly)."""

LATTICE = st.lists(st.integers(-1, 1), min_size=4, max_size=4).filter(any)
TERMS = st.dictionaries(st.integers(0, 5), st.sampled_from([0.5, 1.0, 1.5, 2.0]), max_size=4)
POINTS = st.lists(st.tuples(LATTICE, TERMS), min_size=1, max_size=60)


class Engines:
    """The engines that are compared, with the same points in each."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.stores: dict[str, VectorStore] = {"edge": EdgeVectorStore(folder / "edge", dimension)}
        self.stores |= {name: opened(folder, dimension) for name, opened in qdrant.OPENERS.items()}

    def hold(self, points: Sequence[VectorPoint]) -> None:
        """Hold these points and no others."""
        for store in self.stores.values():
            store.remove_knowledge_base(ANA, "kb-1")
            for start in range(0, len(points), MAX_UPSERT):
                store.upsert(ANA, points[start : start + MAX_UPSERT])

    def ask(self, query: VectorQuery) -> Candidates:
        """Return the answer that all engines give."""
        answers = {name: store.query(ANA, query) for name, store in self.stores.items()}
        assert_agree(answers)
        return answers["edge"]


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    opened = Engines(tmp_path, 4)
    yield opened
    for store in opened.stores.values():
        store.close()


@pytest.fixture
def long_engines(tmp_path: Path) -> Iterator[Engines]:
    """Engines for vectors as long as the packaged encoder's."""
    opened = Engines(tmp_path, 384)
    yield opened
    for store in opened.stores.values():
        store.close()


def on_boundary(score: float) -> bool:
    """Return whether the noise of an engine may round this true score either way."""
    noise = ENGINE_NOISE * max(1.0, abs(score))
    return round_score(score - noise) != round_score(score + noise)


def dense_score(held: VectorPoint, wanted: FloatVector) -> float:
    return float(held.dense.astype(np.float64) @ wanted.astype(np.float64))


def sparse_score(held: VectorPoint, wanted: Mapping[int, float]) -> float:
    terms = zip(held.sparse.indices.tolist(), held.sparse.values.tolist(), strict=True)
    return math.fsum(value * wanted.get(term, 0.0) for term, value in terms)


def is_clear(scores: Sequence[float]) -> bool:
    """Return whether no score lies on a rounding boundary with another within a step of it."""
    ranked = sorted(scores)
    for lower, higher in itertools.pairwise(ranked):
        step = STEP * max(1.0, abs(lower), abs(higher))
        is_close = 0 < higher - lower <= 2 * step
        if is_close and (on_boundary(lower) or on_boundary(higher)):
            return False
    return True


def assert_agree(answers: Mapping[str, Candidates]) -> None:
    assert len(answers) >= 2
    first = answers["edge"]
    for name, answer in answers.items():
        for expected, scored in ((first.dense, answer.dense), (first.sparse, answer.sparse)):
            assert [found for found, _ in scored] == [found for found, _ in expected], name
            assert [s for _, s in scored] == pytest.approx([s for _, s in expected], 1e-5, 1.1e-5)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=POINTS, wanted=LATTICE, terms=TERMS, limit=st.integers(1, 70))
def test_ties_of_small_whole_numbers(
    engines: Engines,
    drawn: list[tuple[list[int], dict[int, float]]],
    wanted: list[int],
    terms: dict[int, float],
    limit: int,
) -> None:
    """Most scores are equal here: different vectors, the same angle."""
    points = [point(n, dense, held) for n, (dense, held) in enumerate(drawn)]
    assume(is_clear([dense_score(held, unit(wanted)) for held in points]))
    assume(is_clear([sparse_score(held, terms) for held in points]))
    engines.hold(points)
    answer = engines.ask(VectorQuery(["kb-1"], limit, unit(wanted), sparse(terms)))
    assert len(answer.dense) == min(limit, len(points))
    for scored in (answer.dense, answer.sparse):
        assert list(scored) == sorted(scored, key=lambda found: (-found[1], found[0]))


@pytest.mark.parametrize("seed", range(4))
def test_vectors_of_full_length_with_copies(long_engines: Engines, seed: int) -> None:
    """As documents are: a third of the chunks are copies, and copies are cut at the limit."""
    random = np.random.default_rng(seed)
    points: list[VectorPoint] = []
    for number in random.permutation(300).tolist():
        if points and random.random() < 0.3:
            like = points[int(random.integers(len(points)))]
            terms = dict(
                zip(like.sparse.indices.tolist(), like.sparse.values.tolist(), strict=True)
            )
            points.append(point(number, like.dense.tolist(), terms))
            continue
        held = random.choice(50, size=int(random.integers(0, 12)), replace=False).tolist()
        weights = {term: float(np.float32(random.gamma(2.0))) for term in held}
        points.append(point(number, random.normal(size=384).tolist(), weights))
    long_engines.hold(points)
    clear = 0
    for _ in range(20):
        dense = unit(random.normal(size=384).tolist())
        chosen = random.choice(50, 6, False).tolist()
        terms = {term: float(np.float32(random.gamma(2.0) * 3)) for term in chosen}
        limit = int(random.integers(1, 60))
        query = VectorQuery(["kb-1"], limit, dense, sparse(terms))
        scores = [dense_score(held, dense) for held in points]
        by_terms = [sparse_score(held, terms) for held in points]
        if is_clear(scores) and is_clear(by_terms):
            clear += 1
            long_engines.ask(query)
    assert clear >= 5


def test_the_noise_that_rounding_takes_away_is_there() -> None:
    """Where engines never differed, this test would say that rounding is for nothing."""
    random = np.random.default_rng(3)
    points = [point(n, random.normal(size=384).tolist()) for n in range(100)]
    query = unit(random.normal(size=384).tolist())
    off = [abs(dense_score(held, query) - float(held.dense @ query)) for held in points]
    assert 0 < max(off) < ENGINE_NOISE
