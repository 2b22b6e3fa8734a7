"""A body of events is cut into its events, and counted before any is taken."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.api.event_lines import events_of
from catalystindex.model.errors import InvalidRequest, PayloadTooLarge

LINES = st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=8)


def not_an_array(body: bytes) -> bool:
    return body.lstrip()[:1] != b"["


@given(LINES)
def test_lines_are_what_lies_between_line_ends(lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    expected = body.split(b"\n")
    if not_an_array(body):
        found = list(events_of(bytearray(body), 10))
        assert found == (expected[:-1] if expected[-1] == b"" else expected)


def test_a_last_line_end_makes_no_event() -> None:
    assert list(events_of(bytearray(b"a\nb\n"), 2)) == [b"a", b"b"]


def test_an_empty_body_has_no_events() -> None:
    assert list(events_of(bytearray(), 1)) == []


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), max_size=6))
def test_members_of_an_array_are_its_events(members: list[dict[str, str]]) -> None:
    body = bytearray(b" \n " + json.dumps(members, indent=1).encode())
    assert [json.loads(one) for one in events_of(body, 6)] == members


@pytest.mark.parametrize("body", [b"a\nb\nc", b"a\nb\nc\n", b"[1,2,3]"])
def test_too_many_are_refused_before_one_is_given_out(body: bytes) -> None:
    assert len(list(events_of(bytearray(body), 3))) == 3
    with pytest.raises(PayloadTooLarge, match="3 events") as refused:
        events_of(bytearray(body), 2)
    assert refused.value.context == {"limit": 2}


@pytest.mark.parametrize("body", [b"[1,", b"[\xff]", b"[1] x"])
def test_an_array_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="no JSON array"):
        events_of(bytearray(body), 3)


@pytest.mark.parametrize("member", [b"0,", b"{},"])
def test_an_array_of_crumbs_is_refused_before_it_is_in_memory(member: bytes) -> None:
    body = bytearray(b"[" + member * 2_000_000 + b"0]")
    tracemalloc.start()
    with pytest.raises(PayloadTooLarge, match="in each line instead"):
        events_of(body, 10_000)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(body)
