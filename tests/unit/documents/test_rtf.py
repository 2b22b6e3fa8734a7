import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.parse.kinds import RTF
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    EmptyDocument,
    NestedTooDeep,
    TruncatedDocument,
)
from support.documents import assert_blocks_partition, block_texts, parse, paths
from support.office import real

FONTS = (
    r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Mincho;}"
    r"{\f3\fcharset2 Wingdings;}{\f4\fcharset238 Arial;}}"
)


def read(body: str, head: str = FONTS) -> ParsedDocument:
    return parse(rf"{{\rtf1\ansi\ansicpg1252\deff0{head} {body}}}".encode("latin-1"), RTF)


def test_paragraphs_and_headings() -> None:
    styles = r"{\stylesheet{\s1 heading 1;}{\s2\outlinelevel1 Second;}{\s3 Title;}{\*\cs4 Strong;}}"
    parsed = read(
        r"\pard\s3 Report\par\pard\s1 Scope\par\pard First\line line\par\pard\s2 Cash\par"
        r"\pard Text\par\pard\outlinelevel0 Close\par\pard End",
        FONTS + styles,
    )
    assert block_texts(parsed, "heading") == ["Report", "Scope", "Cash", "Close"]
    assert paths(parsed)[-1] == ("Report", "Close")
    assert ("Report", "Scope", "Cash") in paths(parsed)
    assert "First\nline" in block_texts(parsed)
    assert_blocks_partition(parsed)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"caf\'e9", "café"),
        (r"\f1 \'cf\'f0\'e8\'e2\'e5\'f2", "Привет"),
        (r"{\f1\'cf}\'e9", "Пé"),
        (r"\f2 \'82\'a0\'83A", "あア"),
        (r"\f4 W\'b3oski", "Włoski"),
        (r"\f3\'fe\f0  yes \f3\'a8\f0  no", "☑ yes ☐ no"),
        (r"\u8364?5", "€5"),
        (r"\u8364\'805", "€5"),
        (r"\uc2\u8364??5\uc1\u233 e.", "€5é."),
        (r"\uc0\u8364 5", "€5"),
        (r"{\uc0 {\u233}}\u8364?5", "é€5"),
        (r"\u-10179?\u-8704?", "\N{GRINNING FACE}"),
        (r"\u-10179?x", "\N{REPLACEMENT CHARACTER}x"),
        (r"a\emdash b\endash c\~d\_e\-f\bullet", "a\u2014b\u2013c\u00a0d\u2011ef\u2022"),
        (r"\ldblquote a\rdblquote \lquote b\rquote \{\}\\", "\u201ca\u201d\u2018b\u2019{}\\"),
        ("one\r\n two\\\nthree", "one two\n\nthree"),
        (r"a\b b\b0 c\super 2", "abc2"),
        (r"{\upr{ansi}{\*\ud{uni\u233 e}}}", "unié"),
        (r"a{\*\unknown lost {\b more}}b{\unknown kept}", "abkept"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt a link}}", "a link"),
        (r"{\*\bkmkstart name}a{\xe{entry}}", "a"),
        (r"a\bin7 {\par}}b", "ab"),
        (r"{\nonesttables skipped}a", "a"),
        (r"\ansicpg1251 \f9 \'cf", "П"),
    ],
)
def test_characters(written: str, text: str) -> None:
    assert read(written).text == text


def test_tables_with_header_rows_and_merged_cells() -> None:
    row = r"\trowd{}\cellx1\cellx2 \pard\intbl {}\cell {}\cell\row "
    parsed = read(
        r"before\par "
        + row.format(r"\trhdr", "Code", "Limit")
        + row.format("", r"A\par B", r"{\b 5}")
        + row.format(r"\clmgf", "wide", "")
        + r"\pard after\par"
    )
    (table,) = parsed.tables
    assert table.rows == (("Code", "Limit"), ("A B", "5"), ("wide", ""))
    assert table.header_rows == 1
    assert block_texts(parsed)[-1] == "after"
    assert parsed.text[table.start : table.end].startswith("| Code | Limit |")


def test_two_tables_with_text_between_are_two() -> None:
    row = r"\trowd\cellx1 \pard\intbl a\cell b\cell\row"
    assert len(read(rf"{row}{row}\pard between\par{row}").tables) == 2


def test_a_table_inside_a_cell_keeps_its_text() -> None:
    parsed = read(
        r"\trowd\pard\intbl\itap2 n1\nestcell n2\nestcell{\*\nesttableprops\trowd\nestrow}"
        r"{\nonesttables\par}\pard\intbl outer\cell last\cell\row"
    )
    assert parsed.tables[0].rows == (("n1 n2 outer", "last"),)


def test_a_row_that_is_not_closed_loses_nothing() -> None:
    parsed = read(r"\trowd\intbl a\cell b\cell\pard tail\par end")
    assert {"a", "b", "tail", "end"} <= set(parsed.text.replace("|", " ").split())


def test_lists_keep_their_marks() -> None:
    parsed = read(r"{\pntext\'b7\tab}first\par{\listtext 2.\tab}second\par\pard plain\par")
    assert block_texts(parsed, "list_item") == ["· first", "2. second"]
    assert block_texts(parsed, "paragraph") == ["plain"]


def test_notes_comments_and_boxes_follow_their_paragraph() -> None:
    parsed = read(
        r"Text{\footnote A note} goes on{\*\atnid Z}{\*\atnauthor Zoe}{\*\annotation Check this}"
        r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt In a box\par}}{\shprslt old}}.\par Next"
    )
    assert block_texts(parsed) == [
        "Text goes on.",
        "A note",
        "Comment by Zoe: Check this",
        "In a box",
        "Next",
    ]


def test_what_is_not_shown_is_left_out_and_told() -> None:
    parsed = read(r"a{\v secret}b{\deleted gone}c")
    assert parsed.text == "abc"
    assert len(parsed.warnings) == 2


def test_headers_and_footers_are_furniture() -> None:
    parsed = read(r"{\header Bank A\par}{\footerf Page 1\par}Text")
    assert [(one.kind, one.text) for one in parsed.furniture] == [
        ("header", "Bank A"),
        ("footer", "Page 1"),
    ]
    assert parsed.text == "Text"


def test_pictures_and_their_descriptions() -> None:
    described = r"{\*\picprop{\sp{\sn wzDescription}{\sv A stamp}}}"
    parsed = read(
        rf"a{{\*\shppict{{\pict{described}\pngblip 89504e47}}}}{{\nonshppict{{\pict 00}}}}"
    )
    assert [one.description for one in parsed.figures] == ["A stamp"]
    assert parsed.text == "a"


def test_facts_and_title() -> None:
    info = (
        r"\deflang1031{\info{\title Pr\'fcfung}{\author Zo\'eb}{\subject Cash}{\operator x}"
        r"{\creatim\yr2020\mo1\dy2\hr3\min4}{\revtim\yr2020\mo13\dy2}}"
    )
    parsed = read("Text", FONTS + info)
    assert (parsed.title, parsed.text) == ("Prüfung", "Text")
    facts = parsed.facts
    assert (facts.author, facts.subject, facts.language) == ("Zoë", "Cash", "de-DE")
    assert (facts.created, facts.modified) == ("2020-01-02T03:04:00Z", None)


# --- damage and bounds --------------------------------------------------------


def test_a_document_that_is_cut_off_is_refused() -> None:
    with pytest.raises(TruncatedDocument):
        parse(rb"{\rtf1\ansi The customer paid in ca", RTF)
    parsed = parse(rb"{\rtf1\ansi {\b The customer}", RTF)
    assert parsed.warnings


def test_braces_that_do_not_match_never_hide_the_text_in_silence() -> None:
    with pytest.raises(CorruptDocument):
        parse(rb"{\rtf1}} all the text", RTF)
    assert parse(rb"{\rtf1 text} more", RTF).warnings
    with pytest.raises(EmptyDocument):
        parse(rb"{\rtf1 }", RTF)
    with pytest.raises(CorruptDocument):
        parse(b"plain", RTF)


def test_depth_is_bounded_without_recursion() -> None:
    assert read("{" * 900 + "x" + "}" * 900).text == "x"
    with pytest.raises(NestedTooDeep):
        parse(b"{\\rtf1" + b"{" * 100_000, RTF)


@pytest.mark.parametrize(
    "body",
    [r"\u1234?" * 100_000, r"{\b a}" * 100_000, r"\trowd a\cell b\cell\row " * 30_000],
    ids=["unicode", "groups", "rows"],
)
def test_long_documents_take_time_in_proportion(body: str) -> None:
    began = time.monotonic()
    assert read(body).text
    assert time.monotonic() - began < 5


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Co"]))
)
def test_every_character_of_unicode_is_read_back(text: str) -> None:
    units = text.encode("utf-16-le")
    numbers = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    body = "".join(f"\\u{n - 65536 if n > 32767 else n}?" for n in numbers)
    assert read(f"x{body}").text == "x" + text.replace("\ufeff", "")


def test_the_real_document() -> None:
    parsed = parse(real("test.rtf"), RTF)
    assert block_texts(parsed, "heading") == ["This is a Sample RTF File"]
    assert block_texts(parsed, "paragraph") == [
        "It is included to test if the MarkItDown sample plugin can correctly convert RTF files."
    ]
    assert parsed.facts.author == "Adam Fourney"
