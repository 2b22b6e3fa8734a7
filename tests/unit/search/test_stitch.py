from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.chunk import Chunk, Span
from catalystindex.model.search import HitContext
from catalystindex.search.select import OVERLAP, overlap
from catalystindex.search.stitch import stitch
from catalystindex.stores.records.neighbours import Neighbours
from support.passages import TEXT, chunk


def no_marks(_: str) -> list[Span]:
    return []


def beside(chunks: list[Chunk], hit: Chunk, reach: int) -> Neighbours:
    place = chunks.index(hit)
    return Neighbours(
        before=chunks[max(0, place - reach) : place][::-1],
        after=chunks[place + 1 : place + 1 + reach],
    )


def around(
    chunks: list[Chunk], hits: list[Chunk], reach: int, folded: tuple[str, ...] = ()
) -> list[HitContext]:
    return stitch(hits, [beside(chunks, hit, reach) for hit in hits], folded, no_marks)


def spans(context: HitContext) -> list[tuple[int, int]]:
    return [(one.span.start, one.span.end) for one in (*context.before, *context.after)]


BASE = [chunk(n, 24 * n, 24 * n + 23) for n in range(12)]


def test_neighbours_stand_in_the_order_of_the_document() -> None:
    (context,) = around(BASE, [BASE[5]], 2)
    assert [one.chunk_id for one in context.before] == [BASE[3].id, BASE[4].id]
    assert [one.chunk_id for one in context.after] == [BASE[6].id, BASE[7].id]
    assert context.after[0].text == BASE[6].text


def test_at_the_ends_of_a_document_there_is_less() -> None:
    first, last = around(BASE, [BASE[0], BASE[-1]], 3)
    assert (len(first.before), len(first.after)) == (0, 3)
    assert (len(last.before), len(last.after)) == (3, 0)


def test_a_passage_that_would_have_been_a_hit_is_marked_as_matched() -> None:
    (context,) = around(BASE, [BASE[5]], 1, (BASE[6].id,))
    assert [one.matched for one in (*context.before, *context.after)] == [False, True]


def test_the_better_hit_takes_a_passage_that_stands_between_two() -> None:
    best, other = around(BASE, [BASE[3], BASE[5]], 1)
    assert [one.chunk_id for one in best.after] == [BASE[4].id]
    assert other.before == []
    assert [one.chunk_id for one in other.after] == [BASE[6].id]


def test_what_overlaps_the_hit_is_cut_off_the_neighbours() -> None:
    windows = [chunk(n, 50 * n, 50 * n + 70, tier="window") for n in range(5)]
    (context,) = around(windows, [windows[2]], 2)
    assert spans(context) == [(0, 50), (50, 99), (170, 219), (220, 270)]
    for one in (*context.before, *context.after):
        assert one.text == TEXT[one.span.start : one.span.end]
        assert one.text == one.text.strip()


def test_a_neighbour_within_the_hit_leaves_nothing() -> None:
    hit, inside = chunk(0, 0, 100, tier="window"), chunk(1, 20, 90, tier="window")
    (context,) = stitch([hit], [Neighbours([], [inside])], (), no_marks)
    assert context == HitContext(before=[], after=[])


def test_highlights_are_those_of_the_passage_that_is_shown() -> None:
    (context,) = stitch(
        [BASE[1]], [beside(BASE, BASE[1], 1)], (), lambda text: [Span(start=0, end=len(text))]
    )
    for one in (*context.before, *context.after):
        assert one.highlights == [Span(start=0, end=len(one.text))]


@given(st.data(), st.integers(1, 3), st.integers(5, 60), st.integers(1, 60))
def test_every_passage_is_exact_and_none_is_shown_twice(
    data: st.DataObject, reach: int, length: int, step: int
) -> None:
    chunks = [chunk(n, step * n, min(step * n + length, len(TEXT))) for n in range(12)]
    hits: list[Chunk] = []
    for drawn in data.draw(st.permutations(chunks)):
        if all(overlap(drawn.span, other.span) < OVERLAP for other in hits):
            hits.append(drawn)
    hits = hits[: data.draw(st.integers(1, 4))]
    shown = [hit.span for hit in hits]
    for hit, context in zip(hits, around(chunks, hits, reach), strict=True):
        assert len(context.before) <= reach
        assert len(context.after) <= reach
        for one in (*context.before, *context.after):
            assert one.text == TEXT[one.span.start : one.span.end]
            assert one.text
            assert overlap(one.span, hit.span) == 0
            assert all(overlap(one.span, other) < OVERLAP for other in shown)
            shown.append(one.span)
