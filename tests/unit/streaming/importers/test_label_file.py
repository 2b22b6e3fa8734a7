"""Labels as JSON lines."""

import gzip
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.errors import EventFileInvalid
from catalystindex.streaming.importers import label_file
from catalystindex.streaming.importers.label_file import (
    LabelLine,
    line_of,
    read_labels,
    write_labels,
)
from catalystindex.streaming.importers.labels import Label
from catalystindex.streaming.importers.lines import MAX_LINE
from support.importers import SpooledPath

NAMES = st.text(min_size=1, max_size=20)
LINES = st.builds(
    LabelLine,
    entity_id=NAMES,
    kind=st.sampled_from(["transaction", "account"]),
    pattern=st.none() | NAMES,
    typology=st.none() | NAMES,
    positive=st.booleans(),
)


@given(st.lists(LINES, max_size=9))
def test_what_is_written_is_read_without_what_is_lawful(lines: list[LabelLine]) -> None:
    with SpooledPath(b"") as path:
        write_labels(path, lines)
        assert list(read_labels(path)) == [one for one in lines if one.positive]


@given(st.binary(max_size=60))
def test_any_bytes_are_labels_or_refused(data: bytes) -> None:
    with SpooledPath(data) as path, suppress(EventFileInvalid):
        assert all(isinstance(one, LabelLine) for one in read_labels(path))


def test_a_label_says_no_more_than_it_has_to(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    found = [Label("p", True, "3", "cycle"), Label("q", False), Label("a", True, kind="account")]
    write_labels(path, map(line_of, found))
    assert path.read_text().splitlines() == [
        '{"entity_id":"p","pattern":"3","typology":"cycle"}',
        '{"entity_id":"a","kind":"account"}',
    ]


def test_a_pattern_without_a_name_is_none(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    write_labels(path, [line_of(Label("p", True, "", ""))])
    assert list(read_labels(path)) == [LabelLine(entity_id="p")]


@pytest.mark.parametrize(
    "label",
    [
        Label("p" * 4_097, True),
        Label("", True),
        Label("p", True, "3" * 257),
        Label("p", True, "3", "c" * 257),
        Label("p", True, kind="person"),
    ],
)
def test_what_would_not_be_read_is_not_written(label: Label) -> None:
    with pytest.raises(EventFileInvalid, match="the label of"):
        line_of(label)


def test_names_of_the_greatest_length_are_written(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    written = [line_of(Label("p" * 4_096, True, "\u00e4" * 256, "c" * 256))]
    write_labels(path, written)
    assert list(read_labels(path)) == written


def test_labels_that_break_off_leave_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[LabelLine]:
        yield LabelLine(entity_id="p")
        raise EventFileInvalid("here")

    with pytest.raises(EventFileInvalid):
        write_labels(tmp_path / "l.jsonl", broken())
    assert list(tmp_path.iterdir()) == []


def test_a_packed_file_is_read_and_one_that_is_cut_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"entity_id":"p"}\n\n{"entity_id":"q"}\n' * 400)
    path = tmp_path / "l.jsonl.gz"
    path.write_bytes(packed)
    assert len(list(read_labels(path))) == 800
    path.write_bytes(packed[:-9])
    with pytest.raises(EventFileInvalid, match="cannot be read to its end"):
        list(read_labels(path))


@pytest.mark.parametrize(
    "line", [b'{"entity_id":"p"}' + b" " * MAX_LINE + b"}", b" " * MAX_LINE + b'{"entity_id":"p"}']
)
def test_a_line_that_would_be_cut_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b'{"entity_id":"q"}\n' + line + b'\n{"entity_id":"r"}\n')
    with pytest.raises(EventFileInvalid, match="line 2 is longer"):
        list(read_labels(path))


def test_what_a_packed_file_holds_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"entity_id":"p"}\n\n' * 400))
    monkeypatch.setattr(label_file, "MAX_LABELS", 400)
    monkeypatch.setattr(label_file, "MAX_BYTES", 400 * 19)
    assert path.stat().st_size < 200
    assert len(list(read_labels(path))) == 400
    monkeypatch.setattr(label_file, "MAX_BYTES", 400 * 19 - 1)
    with pytest.raises(EventFileInvalid, match="larger than 7,599 bytes"):
        list(read_labels(path))


def test_the_number_of_labels_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "l.jsonl"
    path.write_bytes(b'{"entity_id":"p"}\n' * 400)
    monkeypatch.setattr(label_file, "MAX_LABELS", 399)
    with pytest.raises(EventFileInvalid, match="more than 399 labels"):
        list(read_labels(path))
