import gzip
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.events.envelope import Event
from catalystindex.streaming import codec
from catalystindex.streaming.importers import lines
from support.events import bytes_of, events, payment
from support.importers import SpooledPath, ids, imported


@settings(max_examples=50, deadline=None)
@given(st.lists(events(), max_size=4))
def test_what_was_exported_comes_back_the_same(made: list[Event]) -> None:
    sealed = [codec.seal(event) for event in made]
    with SpooledPath(b"\n".join(one.data for one in sealed)) as path:
        result = imported("events", path)
    assert [(one.message_id, one.data) for one in result.messages] == sealed
    assert result.rejected == []


def test_an_id_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(codec.encode(payment()) + b"\n" + codec.seal(payment()).data)
    first, second = imported("events", path).messages
    assert first == second


def test_bad_lines_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    good = codec.seal(payment()).data
    wrong = bytes_of(payment(), event_id="0" * 32)
    bad = [b"{", wrong, bytes_of(payment(), kind="rocket"), b"\xff", b'"x"']
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([good, *bad, b"", good, b""]))
    result = imported("events", path)
    assert len(result.events) == 2
    assert result.rows == 7
    assert [(one.line, one.code) for one in result.rejected] == [
        (2, "event.invalid"),
        (3, "event.id_mismatch"),
        (4, "event.schema_unknown"),
        (5, "event.invalid"),
        (6, "event.invalid"),
    ]
    assert result.rejected[1].raw == wrong.decode()


def test_a_line_beyond_the_bound_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    good = codec.seal(payment()).data
    path.write_bytes(good + b"\n" + b" " * (lines.MAX_LINE + 5) + good + b"\n" + good)
    result = imported("events", path)
    assert (len(result.events), result.lines) == (2, [2])
    assert result.rejected[0].code == "event.too_large"
    assert len(result.rejected[0].raw) <= 2_000


def test_a_packed_file_that_is_cut_off_says_from_where_on(tmp_path: Path) -> None:
    made = [codec.seal(payment(f"p{n}")) for n in range(5_000)]
    path = tmp_path / "e.jsonl.gz"
    packed = gzip.compress(b"\n".join(one.data for one in made))
    path.write_bytes(packed[: len(packed) // 2])
    result = imported("events", path)
    count = len(result.messages)
    assert 100 < count < 5_000
    assert ids(result.messages) == [one.event_id for one in made[:count]]
    assert result.rejected[-1].code == "event.file_invalid"
