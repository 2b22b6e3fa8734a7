"""From ranked passages to an answer: caps, context, and nothing shown twice."""

from collections import Counter
from itertools import pairwise

import pytest

from catalystindex.model.search import Hit, SearchRequest, SearchResponse
from catalystindex.owner.assembly import Owner
from support.documents import add
from support.stores import ANA

PARTS = 12
MANUAL = "\n\n".join(
    f"# Part {n}\n\nCash deposits over {n},000 are reported by branch {n}." for n in range(PARTS)
)
NOTE = "# Note\n\nA cash deposit was reported.\n"


def ask(owner: Owner, base: str, **fields: object) -> SearchResponse:
    wanted = {"query": "cash deposits reported", "knowledge_bases": [base]} | fields
    return owner.searcher.search(ANA, SearchRequest.model_validate(wanted))


def documents(hits: list[Hit]) -> Counter[str]:
    return Counter(hit.citation.document_id for hit in hits)


def test_a_document_has_as_many_hits_as_it_may(owner: Owner, base: str) -> None:
    manual, note = add(owner, base, MANUAL, key="manual"), add(owner, base, NOTE, key="note")
    assert documents(ask(owner, base, limit=10).hits)[manual.id] >= 9
    capped = ask(owner, base, limit=10, per_document=2).hits
    assert documents(capped) == {manual.id: 2, note.id: 1}
    assert [hit.rank for hit in capped] == [1, 2, 3]


def test_a_capped_answer_keeps_the_order_of_the_uncapped_one(owner: Owner, base: str) -> None:
    for key in ("a", "b", "c"):
        add(owner, base, MANUAL.replace("branch", f"branch {key}"), key=key)
    whole = [hit.citation.chunk_id for hit in ask(owner, base, limit=50).hits]
    capped = [hit.citation.chunk_id for hit in ask(owner, base, limit=6, per_document=2).hits]
    assert len(capped) == 6
    places = [whole.index(one) for one in capped]
    assert places == sorted(places)


def test_places_are_filled_though_one_document_fills_every_list(owner: Owner, base: str) -> None:
    rows = (f"# Item {n}\n\nCash deposits reported, item {n}." for n in range(230))
    crowd = add(owner, base, "\n\n".join(rows), key="crowd")
    other = add(owner, base, "# Garden\n\nTulips want sandy soil.", key="garden")
    answer = ask(owner, base, limit=2, per_document=1, debug=True)
    assert documents(answer.hits) == {crowd.id: 1, other.id: 1}
    assert answer.trace is not None
    looked = [step.facts["dense"] for step in answer.trace if step.step == "retrieve"]
    assert looked == [200, 231]


def test_a_deeper_look_that_finds_nothing_more_is_the_last(owner: Owner, base: str) -> None:
    rows = (f"# Item {n}\n\nCash deposits reported, item {n}." for n in range(230))
    add(owner, base, "\n\n".join(rows))
    answer = ask(owner, base, limit=5, per_document=1, debug=True)
    assert len(answer.hits) == 1
    assert answer.trace is not None
    assert sum(step.step == "retrieve" for step in answer.trace) == 2


@pytest.mark.parametrize("reach", [1, 3])
def test_context_is_exact_and_no_text_is_shown_twice(owner: Owner, base: str, reach: int) -> None:
    document = add(owner, base, MANUAL)
    text = owner.library.text(ANA, document.id)
    answer = ask(owner, base, limit=3, context=reach, debug=True)
    shown: list[tuple[int, int]] = []
    for hit in answer.hits:
        assert hit.context is not None
        span = hit.citation.span
        assert text[span.start : span.end] == hit.text
        shown.append((span.start, span.end))
        starts = [one.span.start for one in hit.context.before]
        starts += [span.start, *(one.span.start for one in hit.context.after)]
        assert starts == sorted(starts)
        for one in (*hit.context.before, *hit.context.after):
            assert text[one.span.start : one.span.end] == one.text
            assert {one.text[mark.start : mark.end] for mark in one.highlights} >= {"Cash"}
            shown.append((one.span.start, one.span.end))
    shown.sort()
    assert all(end <= start for (_, end), (start, _) in pairwise(shown))
    assert answer.trace is not None
    assert [step.step for step in answer.trace][-2:] == ["stitch", "cite"]
    assert answer.trace[-2].facts == {"reach": reach, "passages": len(shown) - len(answer.hits)}


def test_a_neighbour_that_matches_is_shown_beside_the_better_hit(owner: Owner, base: str) -> None:
    add(owner, base, "# One\n\nCash deposits reported.\n\n# Two\n\nCash deposits were reported.")
    assert len(ask(owner, base).hits) == 2
    (hit,) = ask(owner, base, context=1).hits
    assert hit.context is not None
    (beside,) = (*hit.context.before, *hit.context.after)
    assert beside.matched
    assert beside.chunk_id != hit.citation.chunk_id


def test_without_asking_there_is_no_context(owner: Owner, base: str) -> None:
    add(owner, base, NOTE)
    (hit,) = ask(owner, base).hits
    assert hit.context is None


def test_one_retriever_alone_ranks_by_its_own_scores(owner: Owner, base: str) -> None:
    add(owner, base, MANUAL)
    request = SearchRequest(query="cash branch 7", knowledge_bases=[base], limit=20)
    dense = owner.searcher.search(ANA, request, ("dense",)).hits
    sparse = owner.searcher.search(ANA, request, ("sparse",)).hits
    assert all(hit.sparse_score is None for hit in dense)
    assert all(hit.dense_score is None for hit in sparse)
    for hits, scores in (
        (dense, [hit.dense_score for hit in dense]),
        (sparse, [hit.sparse_score for hit in sparse]),
    ):
        assert hits
        assert scores == sorted(scores, key=lambda score: -(score or 0))
