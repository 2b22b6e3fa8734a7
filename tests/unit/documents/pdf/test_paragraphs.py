"""Lines to paragraphs, words that were cut in two, and items of lists."""

import time
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.documents.parse.pdf.geometry import Line
from catalystindex.documents.parse.pdf.paragraphs import Joiner
from support.documents import block_texts, lines, together
from support.pdfs import PROSE, column, lost, made_pdf, mapped_pdf, put, read_pdf, words_at

WIDE = "The bank looked at payments that were made in cash over several of its counters"


def joined(*texts: str, known: Sequence[str] = ()) -> str:
    """Return lines of one width joined, in a document that has other lines as well."""
    made = [Line(tuple(words_at(0, 20 * at, text))) for at, text in enumerate(texts)]
    others = [Line(tuple(words_at(0, 500, text))) for text in known]
    return Joiner([*made, *others]).text(made, 1.0)


@pytest.mark.parametrize(
    ("above", "below", "known", "expected"),
    [
        ("the trans-", "action was", (), "the transaction was"),
        ("the trans\u00ad", "action was", (), "the transaction was"),
        ("the trans\u2010", "action was", (), "the transaction was"),
        ("a cross-", "border case", ("of cross-border payments",), "a cross-border case"),
        ("a cross-", "border case", ("a crossborder case",), "a crossborder case"),
        ("the Anglo-", "Saxon bank", (), "the Anglo-Saxon bank"),
        ("pages 10-", "12 say so", (), "pages 10- 12 say so"),
        ("as he said -", "and left", (), "as he said - and left"),
        ("no hyphen", "at all", (), "no hyphen at all"),
    ],
)
def test_words_cut_at_a_line_end(
    above: str, below: str, known: Sequence[str], expected: str
) -> None:
    assert joined(above, below, known=known) == expected


def test_a_word_cut_in_a_page_is_whole_in_the_text() -> None:
    rows = (f"{WIDE} and found that trans-", f"actions had been split. {WIDE} again.")
    text = read_pdf(made_pdf(lines(*rows, size=9))).text
    assert "transactions had been split" in text


def test_a_compound_word_of_the_document_keeps_its_hyphen() -> None:
    rows = (
        f"{WIDE} and found a cross-",
        f"border payment. {WIDE}; cross-border payments are rare.",
    )
    text = read_pdf(made_pdf(lines(*rows, size=9))).text
    assert text.count("cross-border payment") == 2


def test_soft_hyphens_are_no_part_of_words() -> None:
    assert read_pdf(mapped_pdf("\u00ad")).text == "AB"


def test_a_paragraph_goes_on_over_a_page() -> None:
    first, second = f"{WIDE} and then went", "on to ask where the money had come from."
    parsed = read_pdf(made_pdf(lines(first, size=9, top=60), lines(second, size=9, top=740)))
    assert block_texts(parsed) == [f"{first} {second}"]
    block = parsed.blocks[0]
    assert (block.page, block.last_page) == (1, 2)
    assert [box.page for box in block.boxes] == [1, 2]
    assert (parsed.sections[0].first_page, parsed.sections[0].last_page) == (1, 2)


def test_a_sentence_that_ends_at_the_end_of_a_page_ends_its_paragraph() -> None:
    data = made_pdf(
        lines(f"{WIDE}.", size=9, top=60), lines("Then it wrote a report.", size=9, top=740)
    )
    assert len(read_pdf(data).blocks) == 2


def test_white_space_and_indents_part_paragraphs() -> None:
    spaced = together(column(PROSE, 72, 740, 460), column(PROSE, 72, 640, 460))
    assert block_texts(read_pdf(made_pdf(spaced))) == [PROSE.strip()] * 2


def test_an_indent_after_a_sentence_begins_a_paragraph() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for at in range(4):
            canvas.drawString(72, 740 - 24 * at, f"    {WIDE}, as item {at}")
            canvas.drawString(72, 728 - 24 * at, f"{WIDE} of its branches in {at} towns.")

    rows = [
        (72 + 20 * (at % 2 == 0), 740 - 12 * at, f"{WIDE} {at}{'.' if at % 2 else ''}")
        for at in range(6)
    ]
    assert len(read_pdf(made_pdf(put(*rows, size=10))).blocks) == 3


def test_items_of_a_list_are_blocks_of_their_own() -> None:
    rows = (
        "These are the steps:",
        "\u2022 ask the customer",
        "\u2022 ask the branch",
        "1. write it down",
        "(a) sign it",
    )
    parsed = read_pdf(made_pdf(lines(*rows)))
    assert block_texts(parsed, "list_item") == list(rows[1:])
    assert block_texts(parsed, "paragraph") == [rows[0]]


def test_an_item_of_two_lines_is_one_block() -> None:
    rows = [
        (72, 700, "\u2022"),
        (90, 700, f"{WIDE} and asked"),
        (90, 687, "who had paid them in."),
        (72, 674, "\u2022"),
        (90, 674, "Then it wrote a report."),
    ]
    items = block_texts(read_pdf(made_pdf(put(*rows))), "list_item")
    assert items == [
        f"\u2022 {WIDE} and asked who had paid them in.",
        "\u2022 Then it wrote a report.",
    ]


def test_an_address_keeps_its_lines() -> None:
    address = put((72, 740, "Ana Example"), (72, 727, "12 Harbour Street"), (72, 714, "Bonn"))
    parsed = read_pdf(made_pdf(together(address, column(PROSE, 72, 660, 460))))
    assert block_texts(parsed)[0] == "Ana Example\n12 Harbour Street\nBonn"


def test_a_long_word_cut_over_many_lines_takes_little_time() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 1.5)
        for at in range(300):
            text = "a" * 80 if at < 200 else "1" * 90
            canvas.drawString(20, 785 - 2.2 * at, f"{text}-")

    data = made_pdf(draw)
    start = time.monotonic()
    parsed = read_pdf(data)
    assert time.monotonic() - start < 5
    assert lost(data, parsed) == {}
