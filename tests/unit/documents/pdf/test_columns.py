"""Reading order: columns one after the other, forms and tables line by line."""

import pytest

from catalystindex.documents.parse.pdf.columns import regions
from support.documents import Draw, block_texts, together
from support.pdfs import PROSE, assert_sound, column, lost, made_pdf, put, read_pdf, words_at

LONG = PROSE * 2


def numbered(names: str) -> dict[str, str]:
    """Return, by name, running text in which every tenth word is that name and a number."""
    texts = {}
    for name in names:
        words = LONG.split()
        words[::10] = [f"{name}{n}" for n in range(len(words[::10]))]
        texts[name] = " ".join(words)
    return texts


def set_in_columns(texts: dict[str, str], top: float = 700) -> Draw:
    wide = 468 / len(texts)
    return together(
        *(
            column(text, 72 + place * wide, top, wide - 20, 9)
            for place, text in enumerate(texts.values())
        )
    )


def marks(text: str, names: str) -> list[str]:
    """Return the numbered marks in the order in which they are read."""
    return [word for word in text.split() if word[0] in names and word[1:].isdigit()]


def in_order(texts: dict[str, str]) -> list[str]:
    return [mark for name, text in texts.items() for mark in marks(text, name)]


@pytest.mark.parametrize("names", ["A", "AB", "ABC"])
@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_columns_are_read_one_after_the_other(names: str, rotate: int) -> None:
    texts = numbered(names)
    data = made_pdf(set_in_columns(texts), rotate=rotate)
    parsed = read_pdf(data)
    assert marks(parsed.text, names) == in_order(texts)
    assert lost(data, parsed) == {}
    assert_sound(parsed)


def test_a_title_over_columns_comes_before_both_and_a_note_below_after() -> None:
    texts = numbered("AB")
    data = made_pdf(
        together(
            put((90, 740, "Findings of the inquiry into cash payments"), size=20),
            set_in_columns(texts),
            put((72, 120, "Note: T9 all sums are in euro and were rounded to the nearest one.")),
        )
    )
    parsed = read_pdf(data)
    assert block_texts(parsed, "heading") == ["Findings of the inquiry into cash payments"]
    assert marks(parsed.text, "ABT") == [*in_order(texts), "T9"]


def test_two_sets_of_columns_with_a_title_between_are_read_set_by_set() -> None:
    first, second = numbered("AB"), numbered("CD")
    data = made_pdf(
        together(
            set_in_columns(first, 740),
            put((120, 420, "Second part: what the payments were for"), size=18),
            set_in_columns(second, 390),
        )
    )
    assert marks(read_pdf(data).text, "ABCD") == [*in_order(first), *in_order(second)]


def test_a_form_is_read_line_by_line() -> None:
    labels = {
        "Name of customer": "Ana Example",
        "Date of birth": "3 May 1970",
        "Account number": "DE89 3704 0044 0532 0130 00",
        "Purpose of the account": "Savings",
        "Origin of the money": "Sale of a house",
        "Risk class": "High",
    }
    rows = [
        (x, 700 - 20 * y, text)
        for y, pair in enumerate(labels.items())
        for x, text in zip((72, 330), pair, strict=True)
    ]
    text = read_pdf(made_pdf(put(*rows))).text
    for label, value in labels.items():
        between = text[text.index(label) + len(label) : text.index(value)]
        assert not between.strip(" |"), f"{label!r} and {value!r} are apart"


def test_words_at_both_sides_of_a_gutter_are_two_regions() -> None:
    left = [w for n in range(12) for w in words_at(10, 12 * n, "money came in from many people")]
    right = [w for n in range(12) for w in words_at(280, 12 * n, "and went out to one again there")]
    assert regions([*right, *left]) == [left, right]


def test_no_words_are_no_regions() -> None:
    assert regions([]) == []


def test_regions_neither_lose_nor_double_a_word() -> None:
    words = [
        w
        for n in range(40)
        for w in words_at(10 + 270 * (n % 2), 6 * n, f"line {n} of text in two columns")
    ]
    found = [word for region in regions(words) for word in region]
    assert len(found) == len(words)
    assert set(found) == set(words)
