"""Ids derive from content: the same for ever, different for different things."""

from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.ids import Canonical, as_uuid, canonical_bytes, content_hash, content_id

SCALARS = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=()))
CANONICAL: st.SearchStrategy[Canonical] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=())), inner, max_size=4)
    ),
    max_leaves=8,
)
KINDS = st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=16)


def typed(value: Canonical) -> object:
    """Return a form in which ``1`` and ``True`` differ, as Python's own equality does not."""
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return (type(value).__name__, value)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (content_id("document"), "37269739372304c0a9a18da2b40e6d33"),
        (content_id("document", "acme/aml", "memo"), "6f6c92d936ba4bf9ffc39b37eb75e874"),
        (
            content_id("chunk", "v", 0, True, None, ["a", {"b": 1, "a": "\u00e9"}]),
            "900f0eaa1bb0f9546a46ecc173bd6704",
        ),
        (content_hash(b""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
        (
            content_hash(b"Seven cash deposits"),
            "3ff2c8f9ad1d0f00c1e93e88dd34ba1a511d7aae6099531ff9ef04020619ccc4",
        ),
    ],
)
def test_ids_never_change(made: str, expected: str) -> None:
    """Stored data is found by these: a failure here is a migration, not a new expectation."""
    assert made == expected


def test_canonical_bytes_are_sorted_compact_utf8_json() -> None:
    value: Canonical = {"b": [1, True, None], "a": "\u00e9\n"}
    assert canonical_bytes(value) == '{"a":"é\\n","b":[1,true,null]}'.encode()


@given(KINDS, st.lists(CANONICAL, max_size=4))
def test_the_same_parts_give_the_same_id(kind: str, parts: list[Canonical]) -> None:
    made = content_id(kind, *parts)
    assert made == content_id(kind, *parts)
    assert len(made) == 32
    assert set(made) <= set("0123456789abcdef")


@given(st.dictionaries(st.text(), CANONICAL, min_size=2, max_size=5), st.randoms())
def test_the_order_of_keys_does_not_matter(fields: dict[str, Canonical], random: Random) -> None:
    keys = list(fields)
    random.shuffle(keys)
    assert content_id("thing", {key: fields[key] for key in keys}) == content_id("thing", fields)


@given(st.lists(CANONICAL, max_size=3), st.lists(CANONICAL, max_size=3))
def test_ids_are_equal_only_for_equal_parts(left: list[Canonical], right: list[Canonical]) -> None:
    same = typed(left) == typed(right)
    assert (content_id("thing", *left) == content_id("thing", *right)) is same


@given(KINDS, KINDS, st.lists(CANONICAL, max_size=2))
def test_different_kinds_never_share_an_id(one: str, other: str, parts: list[Canonical]) -> None:
    assert (content_id(one, *parts) == content_id(other, *parts)) is (one == other)


@pytest.mark.parametrize(
    ("left", "right"), [(1, True), (0, False), (1, "1"), ("", None), ([], {}), (["ab"], ["a", "b"])]
)
def test_values_that_look_alike_have_different_ids(left: Canonical, right: Canonical) -> None:
    assert content_id("thing", left) != content_id("thing", right)


def test_parts_do_not_run_into_each_other() -> None:
    assert content_id("thing", "a", "bc") != content_id("thing", "ab", "c")


def test_lone_surrogates_do_not_crash_and_stay_distinct() -> None:
    texts = ["\ud800", "\udc00", "\ud83d\ude00", "\U0001f600"]
    assert len({content_id("thing", text) for text in texts}) == len(texts)


def test_a_kind_longer_than_the_hash_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="person"):
        content_id("a_kind_of_17_char", "x")


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_content_hashes_are_equal_only_for_equal_bytes(left: bytes, right: bytes) -> None:
    assert (content_hash(left) == content_hash(right)) is (left == right)


def test_an_id_becomes_the_uuid_of_the_same_bytes() -> None:
    made = content_id("chunk", "x")
    assert as_uuid(made) == UUID(made)
    assert as_uuid(made).hex == made
