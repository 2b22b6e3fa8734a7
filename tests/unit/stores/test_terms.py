"""Document frequencies: exact, whatever was added and taken away before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import documents, processing, terms
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.schema import term_stats, versions
from support.records import ENGINES, home_of
from support.stores import (
    ANA,
    AT,
    new_version,
    seed_document,
    seed_knowledge_base,
)

MAX_TERM = 2**32 - 1


def rows(*chunks: Sequence[int]) -> terms.TermCounts:
    return terms.count_terms([np.array(chunk, np.uint32) for chunk in chunks])


def stored(connection: Connection, kb: KnowledgeBase) -> dict[int, int]:
    found = connection.execute(
        select(term_stats.c.term, term_stats.c.frequency).where(
            term_stats.c.knowledge_base_id == kb.id
        )
    )
    return {row.term: row.frequency for row in found}


def test_terms_are_counted_once_per_chunk_in_order() -> None:
    counts = rows([5, 9], [5], [], [MAX_TERM])
    assert counts.tolist() == [[5, 2], [9, 1], [MAX_TERM, 1]]
    assert counts.dtype == np.int64


@pytest.mark.parametrize("chunks", [[], [[]], [[], []]])
def test_no_terms_are_no_counts(chunks: list[list[int]]) -> None:
    assert rows(*chunks).shape == (0, 2)


def test_counts_of_two_versions_add_up(records: Records, kb: KnowledgeBase) -> None:
    one, other = seed_document(records, kb, "one"), seed_document(records, kb, "other")
    with records.housekeeping() as connection:
        terms.apply_version(connection, kb.id, one.id, rows([1, 2], [2]))
        terms.apply_version(connection, kb.id, other.id, rows([2, MAX_TERM]))
        assert stored(connection, kb) == {1: 1, 2: 3, MAX_TERM: 1}


def test_withdrawing_takes_away_exactly_what_was_added(records: Records, kb: KnowledgeBase) -> None:
    one, other = seed_document(records, kb, "one"), seed_document(records, kb, "other")
    with records.housekeeping() as connection:
        terms.apply_version(connection, kb.id, one.id, rows([1, 2], [2]))
        before = stored(connection, kb)
        terms.apply_version(connection, kb.id, other.id, rows([2, 3]))
        terms.withdraw_version(connection, kb.id, other.id)
        assert stored(connection, kb) == before


def test_withdrawing_twice_takes_away_once(records: Records, kb: KnowledgeBase) -> None:
    one, other = seed_document(records, kb, "one"), seed_document(records, kb, "other")
    with records.housekeeping() as connection:
        for version in (one, other):
            terms.apply_version(connection, kb.id, version.id, rows([1]))
        for _ in range(2):
            terms.withdraw_version(connection, kb.id, other.id)
        assert stored(connection, kb) == {1: 1}


def test_withdrawing_what_was_never_added_changes_nothing(
    records: Records, kb: KnowledgeBase
) -> None:
    version = seed_document(records, kb)
    with records.housekeeping() as connection:
        terms.withdraw_version(connection, kb.id, version.id)
        terms.withdraw_version(connection, kb.id, "0" * 32)
        assert stored(connection, kb) == {}


def test_a_version_without_any_term_can_be_withdrawn(records: Records, kb: KnowledgeBase) -> None:
    version = seed_document(records, kb)
    with records.housekeeping() as connection:
        terms.apply_version(connection, kb.id, version.id, rows([]))
        terms.withdraw_version(connection, kb.id, version.id)
        assert stored(connection, kb) == {}


def test_statistics_sum_over_the_knowledge_bases_asked_for(
    records: Records, kb: KnowledgeBase
) -> None:
    other, third = seed_knowledge_base(records, "other"), seed_knowledge_base(records, "third")
    with records.housekeeping() as connection:
        for base, chunks in ((kb, 3), (other, 4), (third, 50)):
            version = new_version(base)
            documents.accept(connection, ANA, version, AT)
            connection.execute(
                versions.update().where(versions.c.id == version.id).values(chunks=chunks)
            )
            terms.apply_version(connection, base.id, version.id, rows([1, 2], [2]))
            processing.mark_indexed(connection, version.document_id, version.id, AT)
        found = terms.statistics(connection, [kb.id, other.id], [2, 7])
    assert found == terms.CollectionStatistics(chunks=7, frequencies={2: 4})


def test_statistics_of_nothing_are_zero(records: Records, kb: KnowledgeBase) -> None:
    with records.read() as connection:
        nothing = terms.CollectionStatistics(0, {})
        assert terms.statistics(connection, [], []) == nothing
        assert terms.statistics(connection, [kb.id], [1, 2]) == nothing


def test_the_chunks_of_a_version_count_from_applying_to_withdrawing(
    records: Records, kb: KnowledgeBase
) -> None:
    version = seed_document(records, kb)
    with records.housekeeping() as connection:
        connection.execute(versions.update().values(chunks=9))
        assert terms.statistics(connection, [kb.id], []).chunks == 0
        terms.apply_version(connection, kb.id, version.id, rows([1]))
        assert terms.statistics(connection, [kb.id], []).chunks == 9
        terms.withdraw_version(connection, kb.id, version.id)
        assert terms.statistics(connection, [kb.id], []).chunks == 0


class Four(NamedTuple):
    records: Records
    kb: KnowledgeBase
    versions: list[NewVersion]


CHUNKS = st.lists(
    st.sets(st.sampled_from([0, 1, 2, 3, 2**31, MAX_TERM]), max_size=4).map(sorted), max_size=4
)
STEPS = st.lists(st.tuples(st.integers(0, 3), st.none() | CHUNKS), max_size=15)


class Undone(Exception):
    """Raised at the end of an example, so that the next one starts from the same state."""


@pytest.fixture(scope="module", params=ENGINES)
def four(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Four]:
    """Records with four documents, opened once: every example rolls back what it did."""
    with home_of(request, tmp_path_factory.mktemp("terms")) as home:
        records = home.open()
        kb = seed_knowledge_base(records)
        yield Four(records, kb, [seed_document(records, kb, f"doc-{n}") for n in range(4)])
        records.close()


@given(steps=STEPS)
@settings(deadline=None)
def test_any_sequence_of_versions_agrees_with_counting_from_scratch(
    four: Four, steps: list[tuple[int, list[list[int]] | None]]
) -> None:
    """Each step gives a document new terms, or takes them away; a Counter is the model."""
    model: dict[int, Counter[int]] = {}
    with suppress(Undone), four.records.housekeeping() as connection:
        for place, chunks in steps:
            version_id = four.versions[place].id
            terms.withdraw_version(connection, four.kb.id, version_id)
            model.pop(place, None)
            if chunks is not None:
                terms.apply_version(connection, four.kb.id, version_id, rows(*chunks))
                model[place] = Counter(term for chunk in chunks for term in chunk)
            assert stored(connection, four.kb) == dict(sum(model.values(), Counter()))
        raise Undone


def test_more_terms_than_one_statement_takes_are_added_and_withdrawn(
    records: Records, kb: KnowledgeBase
) -> None:
    version = seed_document(records, kb)
    many = list(range(0, MAX_TERM, MAX_TERM // 3000))
    with records.housekeeping() as connection:
        terms.apply_version(connection, kb.id, version.id, rows(many, many[:1500]))
        assert stored(connection, kb) == {
            term: 2 if place < 1500 else 1 for place, term in enumerate(many)
        }
        terms.withdraw_version(connection, kb.id, version.id)
        assert stored(connection, kb) == {}
