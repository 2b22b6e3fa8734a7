"""The filter language: what is read, what is refused and where, and the way back to JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_json import MAX_CHARACTERS, parse_filters, to_json
from catalystindex.model.filters import (
    NO_FILTER,
    And,
    AnyElement,
    AnyOf,
    Exists,
    Not,
    Or,
    Prefix,
    Range,
)
from catalystindex.model.instants import DAY_MS, parse_instant
from catalystindex.model.search import SearchRequest
from support import filter_strategies as some
from support.filter_truth import holds

A1, B1 = AnyOf("a", (1,)), AnyOf("b", (1,))


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ({}, NO_FILTER),
        ({"a": "x"}, AnyOf("a", ("x",))),
        ({"a": [1, "1", True, 1]}, AnyOf("a", (1, "1", True))),
        ({"b": 1, "a": 2}, And((AnyOf("a", (2,)), AnyOf("b", (1,))))),
        ({"a": {"prefix": "F33"}}, Prefix("a", "F33")),
        ({"a": {"lt": 5, "gte": 1}}, Range("a", (("gte", 1), ("lt", 5)))),
        ({"a": {"not": ["x"]}}, Not(AnyOf("a", ("x",)))),
        ({"not": {"a": "x"}}, Not(AnyOf("a", ("x",)))),
        ({"a": {"exists": False}}, Not(Exists("a"))),
        ({"or": [{"a": 1}, {"b": 2}]}, Or((AnyOf("a", (1,)), AnyOf("b", (2,))))),
        ({"a": {"prefix": "x", "not": "xy"}}, And((Prefix("a", "x"), Not(AnyOf("a", ("xy",)))))),
        ({"b": 1, "and": [{"a": 1}, {"b": 2}]}, And((B1, A1, AnyOf("b", (2,))))),
        ({"and": [{"a": 1}, {"and": [{"a": 1}]}, {"b": 1}]}, And((A1, B1))),
        ({"and": [{"a": 1}]}, A1),
        ({"a": {"any": {"b": 1}}}, AnyElement("a", AnyOf("b", (1,)))),
        ({"gt": 1, "any": 2}, And((AnyOf("any", (2,)), AnyOf("gt", (1,))))),
    ],
    ids=str,
)
def test_what_is_read(written: object, condition: object) -> None:
    assert parse_filters(written) == condition


def nested(levels: int) -> dict[str, object]:
    found: dict[str, object] = {"a": 1}
    for _ in range(levels - 1):
        found = {"or": [found]}
    return found


REFUSED: list[tuple[object, str]] = [
    ([], "filters: not an object"),
    (None, "filters: not an object"),
    ({1: 2}, "filters: a key that is not text"),
    ({"Bad": 1}, "filters.Bad: not a key"),
    ({"a.b": 1}, "filters.a.b: not a key"),
    ({"a": None}, "filters.a: not text"),
    ({"a": 1.5}, "filters.a: not text"),
    ({"a": []}, "filters.a: empty"),
    ({"a": {}}, "filters.a: empty"),
    ({"a": [1, [2]]}, "filters.a[1]: not text"),
    ({"a": list(range(101))}, "filters.a: more than 100 values"),
    ({"a": 2**53 + 1}, "filters.a: beyond"),
    ({"a": "x" * 1001}, "filters.a: longer than 1000"),
    ({"a": "\ud800"}, "filters.a: not valid Unicode"),
    ({"a": {"like": "x"}}, "filters.a.like: not an operator"),
    ({"a": {"prefix": ""}}, "filters.a.prefix: empty"),
    ({"a": {"prefix": 3}}, "filters.a.prefix: not text"),
    ({"a": {"exists": 1}}, "filters.a.exists: not true or false"),
    ({"or": [{"a": 1}, {"amount": {"gte": "much"}}]}, "filters.or[1].amount.gte: not a number or"),
    ({"a": {"gt": 1.5}}, "filters.a.gt: not a number or date"),
    ({"a": {"gt": True}}, "filters.a.gt: not a number or date"),
    ({"a": {"gt": "2024-01-01T10:00:00"}}, "filters.a.gt: not a number or date"),
    ({"a": {"gt": 1, "lt": "2024-01-01"}}, "filters.a.lt: of another type than gt"),
    ({"a": {"gt": 1, "gte": 1}}, "filters.a.gte: gt or gte, not both"),
    ({"tier": {"gt": 1}}, "filters.tier: tier is text and has no range"),
    ({"tier": {"any": {"a": 1}}}, "filters.tier.any: tier is text"),
    ({"a": {"any": {"b": {"any": {"c": 1}}}}}, "filters.a.any.b.any: the objects of a list"),
    ({"a": {"any": {}}}, "filters.a.any: empty"),
    ({"and": []}, "filters.and: empty"),
    ({"or": {}}, "filters.or: not a list"),
    ({"or": [{}]}, "filters.or[0]: empty"),
    ({"not": {}}, "filters.not: empty"),
    ({"not": "x"}, "filters.not: not an object"),
    (nested(6), "filters.or[0].or[0].or[0].or[0].or[0]: deeper than 5"),
    ({"a": {"not": {"not": {"not": {"not": {"not": 1}}}}}}, "filters.a.not.not.not.not.not: deep"),
    ({f"k{n}": 1 for n in range(65)}, "filters: more than 64"),
    ({"or": [{"a": 1, "b": 1}] * 33}, "filters.or[32].a: more than 64"),
    ({f"k{n}": ["x" * 1000] for n in range(64)} | {"k0": ["y" * 999 + c for c in "abc"]}, "in one"),
]


@pytest.mark.parametrize(("written", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_malformed_is_refused_with_its_place(written: object, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_filters(written)
    assert said in refused.value.detail
    assert refused.value.detail.startswith(str(refused.value.context["field"]))
    with pytest.raises(ValidationError) as invalid:
        SearchRequest.model_validate({"query": "x", "filters": written})
    assert said in str(invalid.value)


def test_the_bounds_themselves_are_taken() -> None:
    parse_filters(nested(5))
    parse_filters({f"k{n}": 1 for n in range(64)})
    parse_filters({"a": list(range(100)), "b": 2**53, "c": "x" * 1000})
    parse_filters({f"k{n}": "x" * 1000 for n in range(MAX_CHARACTERS // 1024)})


def place_of_mistake(written: object) -> object:
    """Return where a filter is malformed, or None where it is read and written back the same."""
    try:
        condition = parse_filters(written)
    except InvalidRequest as refused:
        return refused.context["field"]
    return None if parse_filters(to_json(condition)) == condition else "not the same"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=9))
def test_a_mistake_is_always_refused_by_its_place(value: object) -> None:
    for written, place in (
        ({"a": {"not": value}}, "filters.a.not"),
        ({"or": value}, "filters.or"),
        ({"a": {"gt": value}}, "filters.a.gt"),
        (value, "filters"),
    ):
        found = place_of_mistake(written)
        assert found is None or str(found).startswith(place)


@given(some.filters(4), some.collections)
def test_what_is_written_back_is_read_again_and_means_the_same(
    written: dict[str, object], documents: list[dict[str, object]]
) -> None:
    again = to_json(parse_filters(written))
    parse_filters(again)
    assert [holds(again, found) for found in documents] == [
        holds(written, found) for found in documents
    ]


@given(some.filters(4))
def test_a_request_carries_its_filters(written: dict[str, object]) -> None:
    request = SearchRequest.model_validate({"query": "x", "filters": written})
    assert request.model_dump()["filters"] == to_json(parse_filters(written))
    assert SearchRequest.model_validate_json(request.model_dump_json()).query == "x"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01t00:00:00.0019z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:00:00-01:00", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1969-12-31", -DAY_MS),
    ],
)
def test_an_instant_is_milliseconds_since_1970_in_utc(text: str, start: int) -> None:
    found = parse_instant(text)
    assert found is not None
    assert found.start == start
    assert found.end == start + (DAY_MS if len(text) == 10 else 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024",
        "2024-1-1",
        "2024-02-30",
        "2024-01-01T10:00:00",
        "2024-01-01T10:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T23:59:60Z",
        "2024-01-01T10:00:00+24:00",
        "2024-01-01T10:00:00+0100",
        "2024-01-01 10:00:00Z",
        "2024-01-01T10:00:00.Z",
        "0000-01-01",
        "\uff12024-01-01",
        "2024-01-01\n",
    ],
)
def test_what_is_no_rfc_3339_text_is_no_instant(text: str) -> None:
    assert parse_instant(text) is None
