"""Metadata and filters keep their types and their bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from catalystindex.model.document import IngestRequest, Metadata, MetadataValue
from catalystindex.model.search import Filters, SearchRequest

METADATA: TypeAdapter[dict[str, MetadataValue]] = TypeAdapter(Metadata)
FILTERS: TypeAdapter[dict[str, MetadataValue]] = TypeAdapter(Filters)
KEYS = st.from_regex(r"\A[a-z][a-z0-9_]{0,63}\Z")
SCALARS = st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
VALUES = SCALARS | st.lists(SCALARS, max_size=5)


def with_types(fields: object) -> str:
    """Return a form in which ``1`` and ``True`` differ."""
    return json.dumps(fields, sort_keys=True)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_what_goes_in_comes_out_with_its_types(fields: dict[str, MetadataValue]) -> None:
    assert with_types(METADATA.validate_python(fields)) == with_types(fields)
    assert with_types(METADATA.validate_json(json.dumps(fields))) == with_types(fields)


@pytest.mark.parametrize("value", [True, False, 1, 0, "1", "true", [1, "1", True]])
def test_a_boolean_is_not_a_number_and_a_number_is_not_a_text(value: MetadataValue) -> None:
    assert with_types(METADATA.validate_python({"k": value})) == with_types({"k": value})


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        1.5,
        float("nan"),
        None,
        {},
        {"a": 1},
        [[1]],
        [None],
        [1.0],
        b"x",
        2**53 + 1,
        -(2**53) - 1,
        "x" * 1001,
        ["x" * 1001],
        ["x"] * 201,
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_that_cannot_be_filtered_by_exactly_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        METADATA.validate_python({"k": value})


@pytest.mark.parametrize("text", ['{"k": 1.0}', '{"k": 1e3}', '{"k": null}', '{"k": NaN}'])
def test_floats_in_json_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        METADATA.validate_json(text)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), "x" * 1000, "", ["x"] * 200, []], ids=lambda value: repr(value)[:20]
)
def test_values_at_the_bounds_are_taken(value: MetadataValue) -> None:
    assert METADATA.validate_python({"k": value}) == {"k": value}


@pytest.mark.parametrize(
    "key", ["", "A", "1a", "_a", "a-b", "a.b", "a b", "a\n", "ä", "a" * 65, "k[]", "a\0"]
)
def test_a_key_that_is_not_a_plain_name_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        METADATA.validate_python({key: 1})


def test_the_number_of_keys_is_bounded() -> None:
    assert len(METADATA.validate_python({f"k{n}": n for n in range(64)})) == 64
    with pytest.raises(ValidationError):
        METADATA.validate_python({f"k{n}": n for n in range(65)})


@pytest.mark.parametrize("value", ["\ud800", ["\udfff"]])
def test_text_that_is_not_unicode_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        METADATA.validate_python({"k": value})


@pytest.mark.parametrize("value", [[], ["x"] * 101, 1.0, None, {"gte": 1}])
def test_a_filter_that_is_no_equality_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        FILTERS.validate_python({"k": value})


def test_a_filter_keeps_the_types_of_its_values() -> None:
    wanted = {"k": [1, "1", True]}
    assert with_types(FILTERS.validate_python(wanted)) == with_types(wanted)


@pytest.mark.parametrize("field", ["tenant", "organisation", "workspace"])
def test_no_request_names_a_tenant(field: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SearchRequest.model_validate({"query": "x", field: "victim"})
    with pytest.raises(ValidationError, match="Extra inputs"):
        IngestRequest.model_validate({"knowledge_base": "b", "content": "x", field: "victim"})
