import re

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.search.highlight import highlights

SPARSE = Bm25Encoder()


def marked(text: str, query: str) -> list[str]:
    spans = highlights(text, SPARSE.query_terms(query), SPARSE)
    return [text[span.start : span.end] for span in spans]


def test_words_of_the_same_stem_are_marked() -> None:
    text = "Cash was deposited; depositing CASH again, the cashier noted the deposits."
    assert marked(text, "cash deposit") == ["Cash", "deposited", "depositing", "CASH", "deposits"]


def test_stop_words_are_never_marked() -> None:
    assert marked("the customer of the bank", "the bank of") == ["bank"]


def test_a_code_is_marked_as_one() -> None:
    assert marked("billed F33.1, not F32.0", "F33.1") == ["F33.1"]


def test_neighbouring_words_are_marked_apart() -> None:
    assert marked("cash deposit", "cash deposit") == ["cash", "deposit"]


def test_offsets_count_code_points() -> None:
    assert marked("😀 漢 cash", "cash") == ["cash"]


def test_nothing_matched_is_nothing() -> None:
    assert marked("gold and silver", "cash") == []
    assert marked("", "cash") == []
    assert marked("cash", "") == []


vocabulary = [
    "cash",
    "Deposits",
    "deposit",
    "the",
    "F33.1",
    "F33",
    "1",
    "café",
    "naïve",
    "漢字",
    "_",
]
pieces = st.lists(st.sampled_from([*vocabulary, " ", ", ", ".", "-", "\n", "x", "😀"]), max_size=30)


@given(pieces.map("".join), st.lists(st.sampled_from(vocabulary), max_size=4).map(" ".join))
def test_marks_are_matched_words_in_order_inside_the_text(text: str, query: str) -> None:
    wanted = set(SPARSE.query_terms(query))
    end = -1
    for span in highlights(text, sorted(wanted), SPARSE):
        assert end < span.start < span.end <= len(text)
        end = span.end
        for word in re.findall(r"[^\W_]+", text[span.start : span.end]):
            assert SPARSE.word_terms(word) & wanted


@given(pieces.map("".join), st.lists(st.sampled_from(vocabulary), max_size=4).map(" ".join))
def test_every_matched_word_is_marked(text: str, query: str) -> None:
    wanted = frozenset(SPARSE.query_terms(query))
    inside = {
        place for span in highlights(text, wanted, SPARSE) for place in range(span.start, span.end)
    }
    for match in re.finditer(r"[^\W_]+", text):
        if SPARSE.word_terms(match[0]) & wanted:
            assert set(range(match.start(), match.end())) <= inside
