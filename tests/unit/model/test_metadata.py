"""Metadata keeps its types and its bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from catalystindex.model.document import RESERVED_KEYS, IngestRequest, Metadata, MetadataValue
from catalystindex.model.search import SearchRequest

METADATA: TypeAdapter[dict[str, MetadataValue]] = TypeAdapter(Metadata)
KEYS = st.from_regex(r"\A[a-z][a-z0-9_]{0,63}\Z").filter(lambda key: key not in RESERVED_KEYS)
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


OBJECTS = [{"role": "payer", "amount": 5}, {"role": "payee", "known": True}]


def test_a_list_of_flat_objects_keeps_its_types() -> None:
    assert with_types(METADATA.validate_python({"parties": OBJECTS})) == with_types(
        {"parties": OBJECTS}
    )


@pytest.mark.parametrize(
    "value",
    [
        [{}],
        [{"a": 1}, "x"],
        [{"a": [1]}],
        [{"a": {"b": 1}}],
        [{"Bad": 1}],
        [{"a": 1.5}],
        [{"a": 1}] * 51,
        [{f"k{n}": n for n in range(17)}],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_list_of_objects_that_could_not_be_filtered_by_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        METADATA.validate_python({"k": value})


@pytest.mark.parametrize("key", ["and", "or", "not"])
def test_a_word_of_the_filter_language_is_no_key(key: str) -> None:
    for given_ in ({key: 1}, {"parties": [{key: 1}]}):
        with pytest.raises(ValidationError, match="word of the filter language"):
            METADATA.validate_python(given_)


@pytest.mark.parametrize("field", ["tenant", "organisation", "workspace"])
def test_no_request_names_a_tenant(field: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SearchRequest.model_validate({"query": "x", field: "victim"})
    with pytest.raises(ValidationError, match="Extra inputs"):
        IngestRequest.model_validate({"knowledge_base": "b", "content": "x", field: "victim"})
