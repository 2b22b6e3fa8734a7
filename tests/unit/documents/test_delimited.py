import csv
from collections.abc import Callable
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.delimited import parse_csv, parse_tsv
from catalystindex.documents.parsed import ParsedDocument, Table
from catalystindex.model.errors import CorruptDocument, DocumentTooLarge
from support.documents import assert_blocks_partition, block_texts
from support.office import context


def read(
    source: str | bytes, parser: Callable[[bytes, ParseContext], ParsedDocument] = parse_csv
) -> ParsedDocument:
    data = source.encode() if isinstance(source, str) else source
    parsed = parser(data, context())
    assert_blocks_partition(parsed)
    return parsed


def table(source: str | bytes) -> Table:
    (found,) = read(source).tables
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = delimiter.join("abc") + "\n" + delimiter.join("123") + "\n"
    assert table(text).rows == (("a", "b", "c"), ("1", "2", "3"))


def test_decimal_commas_do_not_part_cells() -> None:
    assert table("n;x\nA;1,5\nB;2,5\n").rows == (("n", "x"), ("A", "1,5"), ("B", "2,5"))


def test_the_line_that_tells_excel_the_delimiter_is_obeyed_and_not_shown() -> None:
    parsed = read("sep=;\na,b;c\n1,2;3\n")
    assert parsed.tables[0].rows == (("a,b", "c"), ("1,2", "3"))
    assert "sep" not in parsed.text


def test_quoted_cells_keep_delimiters_quotes_and_lines() -> None:
    rows = table('a,b\n"x, y","say ""hi""\nthere"\n').rows
    assert rows == (("a", "b"), ("x, y", 'say "hi" there'))


def test_rows_of_other_lengths_are_kept() -> None:
    assert table("a,b,c\n1,2\n3,4,5,6\n7,8,9\n").rows == (
        ("a", "b", "c", ""),
        ("1", "2", "", ""),
        ("3", "4", "5", "6"),
        ("7", "8", "9", ""),
    )


def test_title_lines_before_the_table_are_paragraphs() -> None:
    parsed = read("Report of June\nAccount,007\n\nid,name,amount,cur\n1,A,2,EUR\n2,B,3,EUR\n")
    assert block_texts(parsed, "paragraph") == ["Report of June", "Account,007"]
    assert parsed.tables[0].rows[0] == ("id", "name", "amount", "cur")


@pytest.mark.parametrize(
    ("first", "headers"), [("id,2023", 1), ("id,amount", 1), ("7,4.50", 0), ("EUR,$1,200", 0)]
)
def test_a_first_row_of_amounts_is_no_header(first: str, headers: int) -> None:
    assert table(f"{first}\n1,2\n").header_rows == headers


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    rows = table("name,city\nM\u00fcller,K\u00f6ln\n".encode(encoding)).rows
    assert rows == (("name", "city"), ("M\u00fcller", "K\u00f6ln"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert table(f"a,b{end}1,2{end}").rows == (("a", "b"), ("1", "2"))


def test_a_sign_that_parts_lines_elsewhere_does_not_end_a_row() -> None:
    assert table("a,b\u2028c\n1,2\n").rows == (("a", "b c"), ("1", "2"))


def test_a_quote_that_nobody_closed_swallows_nothing() -> None:
    assert table('a,b\n"open,1\nc,2\nd,3\n').rows == (
        ("a", "b"),
        ('"open', "1"),
        ("c", "2"),
        ("d", "3"),
    )


def test_many_open_quotes_end_in_time() -> None:
    assert len(read('x,"y\n' * 30_001).text) > 30_000


def test_a_cell_longer_than_the_limit_of_the_library_is_kept() -> None:
    long = "x" * 200_000
    assert table(f'a,b\n"{long}",1\n').rows[1] == (long, "1")


def test_lines_without_delimiters_are_a_list_or_prose() -> None:
    assert table("name\nAna\n").rows == (("name",), ("Ana",))
    prose = "word " * 40
    assert block_texts(read(f"{prose}\nend\n"), "paragraph") == [prose.strip(), "end"]


def test_a_table_between_tabs() -> None:
    (found,) = read("a\tb, c\n1\t2, 3\n", parse_tsv).tables
    assert found.rows == (("a", "b, c"), ("1", "2, 3"))


def test_a_file_named_tsv_without_tabs_is_read_nevertheless() -> None:
    (found,) = read("a,b\n1,2\n", parse_tsv).tables
    assert found.rows == (("a", "b"), ("1", "2"))


def test_too_many_cells_and_too_much_text_are_refused() -> None:
    with pytest.raises(DocumentTooLarge):
        read(",x" * 1_000 + "\n" + (",x" * 1_000 + "\n") * 2_100)
    with pytest.raises(DocumentTooLarge):
        parse_csv(b"a,b\n" * 1000, ParseContext(LimitsSettings(max_text_chars=1000)))


def test_bytes_in_no_encoding_are_damaged() -> None:
    with pytest.raises(CorruptDocument):
        read(b"\xff\xfea,\x00\xd8")


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co")), min_size=1)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=3))
def test_what_is_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("first", "second", "third"))
    writer.writerows(rows)
    found = "".join(read(out.getvalue()).text.split())
    for cell in (cell for row in rows for cell in row):
        assert "".join(cell.replace("|", "\\|").split()) in found
