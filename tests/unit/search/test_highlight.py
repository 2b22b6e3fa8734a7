import re
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.search.highlight import highlights, words

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


def test_numbers_and_codes_are_marked_whole() -> None:
    assert marked("paid 10,000 or 10.50 in cash", "10,000 10.50") == ["10,000", "10.50"]
    assert marked("codes F33.1; F33, and 33", "F33.1") == ["F33.1", "F33"]
    assert marked("a cash-deposit of EUR", "cash deposit") == ["cash-deposit"]


def test_a_word_is_a_word_of_its_script() -> None:
    assert marked("यह किताब है।", "किताब") == ["किताब"]
    assert marked("ⓒⓐⓢⓗ and cash", "ⓒⓐⓢⓗ") == ["ⓒⓐⓢⓗ"]
    assert marked("snake_case cash_flow", "cash") == ["cash"]
    assert marked("cashmere and encash", "cash") == []


def test_every_character_ends_a_word_where_the_tokenizer_says_so() -> None:
    disagree = [
        hex(ord(char))
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) not in ("Cs", "Cn", "Co")
        and len(list(words(f"qz{char}zq", SPARSE))) != len(SPARSE.query_terms(f"qz{char}zq"))
    ]
    assert disagree == []


assigned = st.characters(exclude_categories=("Cs", "Cn", "Co"))


@given(st.text(assigned, max_size=60))
def test_the_words_of_any_text_stand_for_the_terms_of_that_text(text: str) -> None:
    found = {term for word in words(text, SPARSE) for term in SPARSE.word_terms(word[0])}
    assert found == set(SPARSE.query_terms(text))


@given(st.text(assigned, max_size=60), st.text(assigned, max_size=20))
def test_in_any_text_the_marks_are_all_the_matched_words_and_no_others(
    text: str, query: str
) -> None:
    wanted = frozenset(SPARSE.query_terms(query))
    marks = highlights(text, wanted, SPARSE)
    inside = {place for mark in marks for place in range(mark.start, mark.end)}
    for word in words(text, SPARSE):
        matches = bool(SPARSE.word_terms(word[0]) & wanted)
        assert (set(range(*word.span())) <= inside) == matches
