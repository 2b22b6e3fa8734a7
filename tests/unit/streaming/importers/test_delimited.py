import csv
import gzip
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.streaming.importers import delimited
from catalystindex.streaming.importers.delimited import Delimited, Row, plain_rows
from catalystindex.streaming.importers.lines import opened
from support.importers import SpooledPath, ids, imported, written

HEADER = "sourceNodeId,targetNodeId,value,time"


def rows_of(path: Path) -> list[Row]:
    with opened(path) as stream:
        return [
            row
            for block in Delimited(stream).blocks()
            for row in (block.rows if block.plain is None else plain_rows(block))
        ]


def values(path: Path) -> list[list[str]]:
    return [row.values for row in rows_of(path)]


def test_lines_are_counted_as_a_reader_of_the_file_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('a,b\n1,2\n\n"3\n\n3",4\n5,6\n   \n"7",8')
    assert [(row.line, row.values) for row in rows_of(path)] == [
        (2, ["1", "2"]),
        (4, ["3\n\n3", "4"]),
        (7, ["5", "6"]),
        (9, ["7", "8"]),
    ]


def test_marks_line_ends_and_gzip_make_no_difference(tmp_path: Path) -> None:
    plain = written(tmp_path / "a", "x,y", "1,é", "2,b")
    data = b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "b").write_bytes(data)
    (tmp_path / "c").write_bytes(gzip.compress(data))
    assert (
        values(plain)
        == values(tmp_path / "b")
        == values(tmp_path / "c")
        == [
            ["1", "é"],
            ["2", "b"],
        ]
    )


def test_a_quote_that_is_not_closed_costs_one_row(tmp_path: Path) -> None:
    path = written(tmp_path / "f", "a,b", "1,2", '"3,4', "5,6", "7,8")
    rows = rows_of(path)
    assert [row.values for row in rows if row.error is None] == [["1", "2"], ["5", "6"], ["7", "8"]]
    (bad,) = [row for row in rows if row.error is not None]
    assert (bad.line, bad.raw) == (3, '"3,4\n')


def test_a_quote_is_given_up_after_some_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_ROW_LINES", 3)
    path = written(tmp_path / "f", "a,b", '"1', "2", '3",x', '"1', "2", "3", '4",x')
    assert [(row.line, row.error is None) for row in rows_of(path)][:2] == [(2, True), (5, False)]


def test_a_quote_is_given_up_after_some_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_LINE", 100)
    path = written(tmp_path / "f", "a,b", '"' + "1" * 80, *("2" * 80,) * 3, '3",x', "4,5")
    first, *_, last = rows_of(path)
    assert first.error is not None
    assert last.values == ["4", "5"]


def test_text_after_a_closing_quote_is_an_error_of_its_row(tmp_path: Path) -> None:
    path = written(tmp_path / "f", "a,b", '"1"x,2', '3 "x" y,4')
    first, second = rows_of(path)
    assert first.error is not None
    assert second.values == ['3 "x" y', "4"]


def test_a_line_that_is_too_long_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "MAX_LINE", 100)
    monkeypatch.setattr(delimited, "BLOCK", 10)
    path = written(tmp_path / "f", HEADER, "1,2,3,0", "9" * 1_000, "4,5,6,0")
    result = imported("amlsim", path)
    assert result.reasons == ["3: a line of more than 100 bytes"]
    assert len(result.events) == 2


@pytest.mark.parametrize("part", [0.2, 0.31, 0.42, 0.53, 0.64, 0.75])
def test_a_packed_file_that_is_cut_off_says_from_where_on(tmp_path: Path, part: float) -> None:
    path = tmp_path / "f.csv.gz"
    rows = (f"{n},{n * 7919},{n}.50,{n}" for n in range(9_999))
    data = gzip.compress("\n".join([HEADER, *rows]).encode())
    path.write_bytes(data)
    whole = ids(imported("amlsim", path).messages)
    path.write_bytes(data[: int(len(data) * part)])
    result = imported("amlsim", path)
    assert len(result.events) > 500
    assert ids(result.messages) == whole[: len(result.events)]
    (ended,) = result.rejected
    assert ended.code == "event.file_invalid"
    assert ended.line == len(result.events) + 2
    assert "cannot be read from here on" in ended.reason


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=8),
    st.sampled_from([5, 20, 1 << 18]),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
)
def test_what_csv_writes_is_read_back(
    rows: list[tuple[str, str, str]], block: int, quoting: Literal[0, 1]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows([("a", "b", "c"), *rows])
    with pytest.MonkeyPatch.context() as patch, SpooledPath(out.getvalue().encode()) as path:
        patch.setattr(delimited, "BLOCK", block)
        found = rows_of(path)
    assert [tuple(row.values) for row in found] == rows
    ends = [2]
    for row in rows:
        ends.append(ends[-1] + 1 + sum(text.count("\n") for text in row))
    assert [row.line for row in found] == ends[:-1]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_errors(data: bytes) -> None:
    with SpooledPath(b"a,b\n" + data) as path:
        rows = rows_of(path)
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
