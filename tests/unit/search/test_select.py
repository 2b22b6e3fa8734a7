from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.chunk import Chunk, Span
from catalystindex.search.select import OVERLAP, Selection, overlap
from support.passages import TEXT, candidate, chunk


def select(
    chunks: list[Chunk], limit: int = 10, per_document: int | None = None, reach: int = 0
) -> Selection:
    selection = Selection(limit, per_document, reach)
    for one in chunks:
        selection.offer(*candidate(one))
    return selection


def chosen(selection: Selection) -> list[str]:
    return [passage.chunk.id for _, passage in selection.hits]


def test_without_bounds_every_candidate_is_a_hit_in_its_order() -> None:
    chunks = [chunk(n, 100 * n, 100 * n + 90) for n in (3, 0, 2)]
    assert chosen(select(chunks)) == [one.id for one in chunks]


def test_no_more_hits_than_asked_for() -> None:
    chunks = [chunk(n, 100 * n, 100 * n + 90) for n in range(6)]
    selection = select(chunks, limit=4)
    assert selection.is_full
    assert chosen(selection) == [one.id for one in chunks[:4]]


def test_a_document_has_no_more_hits_than_its_cap_and_others_take_the_places() -> None:
    first = [chunk(n, 100 * n, 100 * n + 90, document="a") for n in range(4)]
    second = [chunk(n, 100 * n, 100 * n + 90, document="b") for n in range(4)]
    selection = select([*first, *second], limit=4, per_document=2)
    assert chosen(selection) == [one.id for one in (*first[:2], *second[:2])]
    assert selection.facts() == {"hits": 4, "overlapping": 0, "folded": 0, "over_cap": 4}


def test_a_passage_that_half_overlaps_a_better_one_is_dropped() -> None:
    best = chunk(0, 0, 100)
    inside = chunk(0, 10, 60, tier="window")
    half = chunk(1, 50, 150, tier="window")
    less = chunk(2, 51, 151, tier="window")
    assert chosen(select([best, inside])) == [best.id]
    assert chosen(select([best, half])) == [best.id]
    assert chosen(select([best, less])) == [best.id, less.id]
    assert chosen(select([inside, best])) == [inside.id]


def test_the_same_characters_of_another_version_or_document_are_other_evidence() -> None:
    chunks = [chunk(0, 0, 100), chunk(0, 0, 100, version="v2"), chunk(0, 0, 100, document="b")]
    assert len(select(chunks).hits) == 3


def test_a_neighbour_that_the_context_will_show_is_folded_into_the_better_hit() -> None:
    chunks = [chunk(n, 100 * n, 100 * n + 90) for n in range(6)]
    offered = [chunks[2], chunks[3], chunks[4], chunks[0]]
    selection = select(offered, reach=1)
    assert chosen(selection) == [chunks[2].id, chunks[4].id, chunks[0].id]
    assert selection.folded == {chunks[3].id}
    assert chosen(select(offered, reach=0)) == [one.id for one in offered]


def test_neighbours_of_another_tier_or_document_are_not_folded() -> None:
    hit = chunk(2, 200, 290)
    others = [chunk(3, 300, 390, tier="window"), chunk(3, 300, 390, document="b")]
    assert len(select([hit, *others], reach=3).hits) == 3


def test_what_is_folded_does_not_count_against_the_cap() -> None:
    chunks = [chunk(n, 100 * n, 100 * n + 90) for n in range(6)]
    selection = select([chunks[0], chunks[1], chunks[4]], per_document=2, reach=1)
    assert chosen(selection) == [chunks[0].id, chunks[4].id]


def test_overlap_is_a_share_of_the_shorter_range() -> None:
    assert overlap(Span(start=0, end=10), Span(start=5, end=105)) == 0.5
    assert overlap(Span(start=0, end=10), Span(start=10, end=20)) == 0.0
    assert overlap(Span(start=3, end=3), Span(start=0, end=9)) == 0.0


ranges = st.tuples(st.integers(0, len(TEXT) - 41), st.integers(1, 40)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)
candidates = st.lists(
    st.builds(
        lambda place, ordinal, tier, document: chunk(ordinal, *place, tier=tier, document=document),
        ranges,
        st.integers(0, 9),
        st.sampled_from(["semantic", "window"]),
        st.sampled_from("abc"),
    ),
    max_size=25,
    unique_by=lambda one: (one.id, one.document_id),
)


@given(candidates, st.integers(1, 8), st.none() | st.integers(1, 3), st.integers(0, 3))
def test_hits_keep_the_order_and_every_bound(
    chunks: list[Chunk], limit: int, per_document: int | None, reach: int
) -> None:
    selection = select(chunks, limit, per_document, reach)
    hits = [passage.chunk for _, passage in selection.hits]
    places = [chunks.index(hit) for hit in hits]
    assert places == sorted(places)
    assert len(hits) <= limit
    counted = Counter(hit.document_id for hit in hits)
    assert per_document is None or max(counted.values(), default=0) <= per_document
    for one, other in combinations(hits, 2):
        if one.version_id == other.version_id:
            assert overlap(one.span, other.span) < OVERLAP
    if len(hits) < limit:
        assert len(hits) + selection.dropped == len(chunks)
