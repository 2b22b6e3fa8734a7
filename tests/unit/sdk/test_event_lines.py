"""Events on their way out of a program: lines, batches, and results added up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.stream import EventReceipt, RejectedEvent, SubmitResult
from catalystindex.sdk import event_lines
from catalystindex.sdk.event_lines import LineBatch, Sum, batches, line_of, renumbered

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_a_mapping_becomes_one_line_that_says_the_same(event: dict[str, object]) -> None:
    line = line_of(event)
    assert b"\n" not in line
    assert json.loads(line) == event


def test_text_and_bytes_are_taken_as_they_are() -> None:
    assert line_of(' {"kind": "person"}\n') == line_of(b'{"kind": "person"}\r\n')


@pytest.mark.parametrize("event", ['{\n"kind": "person"}', {"kind": object()}, {"t": "\ud800"}])
def test_what_is_no_line_of_json_is_refused_before_anything_is_sent(event: str) -> None:
    with pytest.raises(InvalidRequest):
        line_of(event)


@given(st.lists(st.binary(max_size=9).filter(lambda one: b"\n" not in one)), st.integers(1, 4))
def test_batches_keep_order_and_number(lines: list[bytes], size: int) -> None:
    found = list(batches(lines, size))
    assert [line for one in found for line in one.lines] == [line.strip() for line in lines]
    assert all(len(one.lines) <= size for one in found)
    firsts = [1 + sum(len(one.lines) for one in found[:place]) for place in range(len(found))]
    assert [one.first for one in found] == firsts


def test_batches_are_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_lines, "BATCH_BYTES", 10)
    assert [list(one.lines) for one in batches([b"12345", b"1234", b"1234567890123", b"1"])] == [
        [b"12345", b"1234"],
        [b"1234567890123"],
        [b"1"],
    ]


def test_halves_are_numbered_as_the_whole() -> None:
    one, two = LineBatch(11, [b"a", b"b", b"c"]).halves()
    assert (one.first, one.lines, two.first, two.lines) == (11, [b"a"], 12, [b"b", b"c"])


def test_results_are_counted_over_all_that_was_sent() -> None:
    rejected = RejectedEvent(line=2, code="event.invalid", reason="no")
    receipt = EventReceipt(line=1, event_id="0a", partition=0, offset=7, duplicate=False)
    result = SubmitResult(accepted=1, duplicates=0, rejected=[rejected], events=[receipt])
    shifted = renumbered(result, 101)
    assert (shifted.rejected[0].line, shifted.events[0].line) == (102, 101)
    assert renumbered(result, 1) == result
    total = Sum()
    total.add(result)
    total.add(shifted)
    assert total.result().accepted == 2
    assert [one.line for one in total.result().rejected] == [2, 102]
