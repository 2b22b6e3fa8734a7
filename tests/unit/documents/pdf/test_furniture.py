"""Running headers, footers and page numbers, and what is not."""

from collections.abc import Sequence

import pytest

from catalystindex.documents.parsed import ParsedDocument
from support.documents import Draw, together
from support.pdfs import PROSE, assert_sound, column, lost, made_pdf, mapped_pdf, put, read_pdf

TOPICS = ["cash", "gold", "houses", "cars", "ships", "shares", "loans", "wires", "cheques", "coins"]


def body(place: int) -> Draw:
    topic = TOPICS[place % len(TOPICS)]
    return column(f"On {topic} we found this. " * 20, 72, 680, 460)


def made(count: int, *around: Sequence[str]) -> ParsedDocument:
    """Return a document whose pages have a header and a footer, by turns."""
    pages = []
    for place in range(count):
        header, footer = around[place % len(around)]
        at = place + 1
        pages.append(
            together(
                body(place),
                put((72, 765, header.replace("{n}", str(at)))),
                put((290, 25, footer.replace("{n}", str(at)))),
            )
        )
    parsed = read_pdf(made_pdf(*pages))
    assert_sound(parsed)
    return parsed


def furniture(parsed: ParsedDocument) -> list[tuple[int, str, str]]:
    return [(item.page, item.kind, item.text) for item in parsed.furniture]


@pytest.mark.parametrize("number", ["{n}", "- {n} -", "Page {n}", "Page {n} of 6", "{n}/6"])
def test_headers_and_page_numbers_are_kept_out_of_the_text(number: str) -> None:
    parsed = made(6, ("Report on cash 2025", number))
    shown = number.replace("{n}", "3")
    assert "Report on cash" not in parsed.text
    assert shown not in parsed.text.split("\n")
    assert (3, "header", "Report on cash 2025") in furniture(parsed)
    assert (3, "page_number", shown) in furniture(parsed)
    assert len(parsed.furniture) == 12
    assert all(item.box is not None for item in parsed.furniture)


def test_headers_of_odd_and_even_pages_are_both_found() -> None:
    parsed = made(8, ("Bank of the North", "{n}"), ("Report on cash", "{n}"))
    assert "Bank of the North" not in parsed.text
    assert "Report on cash" not in parsed.text
    assert len(parsed.furniture) == 16


def test_a_single_page_keeps_every_line() -> None:
    parsed = made(1, ("Bank of the North", "Page {n}"))
    assert parsed.furniture == ()
    assert "Bank of the North" in parsed.text
    assert "Page 1" in parsed.text


def test_a_header_on_two_pages_of_two_stays_in_the_text() -> None:
    assert made(2, ("Bank of the North", "Bonn")).text.count("Bank of the North") == 2


def test_lines_of_the_body_that_come_back_are_kept() -> None:
    again = together(put((72, 400, "Signed by two officers")), put((72, 660, "Another finding")))
    parsed = read_pdf(made_pdf(*[again] * 5))
    assert parsed.text.count("Signed by two officers") == 5
    assert parsed.text.count("Another finding") == 5


def test_different_lines_at_the_top_of_each_page_are_kept() -> None:
    pages = [together(put((72, 765, f"Account of {topic}")), body(0)) for topic in TOPICS]
    text = read_pdf(made_pdf(*pages)).text
    assert all(f"Account of {topic}" in text for topic in TOPICS)


@pytest.mark.parametrize(
    "lines",
    [
        ("Opening balance 1,234.56", "Opening balance 98,765.43", "Opening balance 5,000.00"),
        ("Case 2024001", "Case 991", "Case 77"),
        ("Account 12345678", "Account 87654321", "Account 55554444"),
        ("3 May 2025", "17 June 2025", "9 May 2024"),
    ],
)
def test_facts_that_differ_in_their_numbers_are_no_header(lines: Sequence[str]) -> None:
    pages = [together(put((72, 765, line)), body(at)) for at, line in enumerate(lines)]
    text = read_pdf(made_pdf(*pages)).text
    for line in lines:
        assert line in text


def test_pages_that_hold_nothing_but_one_line_keep_it() -> None:
    parsed = read_pdf(made_pdf(*[put((72, 760, "Paid in full"))] * 4))
    assert "Paid in full" in parsed.text


@pytest.mark.parametrize("letter", ["I", "i", "l", "c", "\u0130", "\u0131", "\u00b2", "\u0663"])
def test_a_lone_letter_or_digit_in_a_margin_is_read(letter: str) -> None:
    content = b"BT /F1 12 Tf 300 770 Td (x) Tj ET BT /F2 12 Tf 72 400 Td (The body) Tj ET"
    data = mapped_pdf(letter, content)
    parsed = read_pdf(data)
    assert letter in parsed.text
    assert lost(data, parsed) == {}


def test_roman_page_numbers_that_count_up_are_found() -> None:
    numerals = ("iii", "iv", "v", "vi")
    pages = [together(body(at), put((300, 25, n))) for at, n in enumerate(numerals)]
    parsed = read_pdf(made_pdf(*pages))
    assert furniture(parsed) == [(at, "page_number", n) for at, n in enumerate(numerals, 1)]


def test_lone_numbers_that_do_not_count_with_the_pages_are_kept() -> None:
    pages = [together(body(at), put((300, 25, n))) for at, n in enumerate(("7", "7000", "12"))]
    parsed = read_pdf(made_pdf(*pages))
    assert parsed.furniture == ()
    assert "7000" in parsed.text


def test_copies_of_a_letter_keep_their_text() -> None:
    parsed = read_pdf(made_pdf(*[column(PROSE, 72, 750, 460)] * 5))
    assert parsed.text.count("The customer opened the account in March") == 5
    assert parsed.text.count("payment as it came in.") == 5


def test_form_letters_keep_their_first_paragraph() -> None:
    letters = [
        together(column(PROSE, 72, 750, 460), column(f"It concerns {topic}. " * 9, 72, 660, 460))
        for topic in TOPICS[:4]
    ]
    assert read_pdf(made_pdf(*letters)).text.count("The customer opened the account") == 4
