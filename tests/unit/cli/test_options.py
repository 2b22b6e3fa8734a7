"""Options of the form ``key=value``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from catalystindex.cli.options import parse_pairs, typed
from catalystindex.model.document import Metadata
from catalystindex.model.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("compliance", "compliance"),
        ("", ""),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ('"true"', "true"),
        ("0", 0),
        ("7", 7),
        ("-7", -7),
        ("2025", 2025),
        ("007", "007"),
        ("-07", "-07"),
        ("+7", "+7"),
        ("1.5", "1.5"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("²", "²"),
        ("-", "-"),
        ("--7", "--7"),
        ('"7"', "7"),
        ('""', ""),
        ('"', '"'),
        ('"a', '"a'),
        ('a"', 'a"'),
        ('"a"b"', 'a"b'),
        ("null", "null"),
        ("F32.1", "F32.1"),
    ],
)
def test_a_word_is_typed_as_json_would(text: str, value: object) -> None:
    made = typed(text)
    assert made == value
    assert type(made) is type(value)


def test_a_whole_number_that_metadata_cannot_hold_stays_text() -> None:
    """An account number of twenty digits is a name, and a refusal would help nobody."""
    assert typed("40301234567890123456") == "40301234567890123456"
    assert typed(str(2**53)) == 2**53
    assert typed("9" * 5000) == "9" * 5000


@given(st.text(max_size=40))
def test_any_word_becomes_a_value_that_metadata_can_hold(text: str) -> None:
    parsed = parse_pairs([f"key={text}"])
    assert TypeAdapter(Metadata).validate_python(parsed) == parsed


@pytest.mark.parametrize(
    ("pairs", "metadata"),
    [
        ([], {}),
        (["a=1"], {"a": 1}),
        (["a=1", "b=x"], {"a": 1, "b": "x"}),
        (["a=x", "a=y", "a=1"], {"a": ["x", "y", 1]}),
        (["a=x", "a=x"], {"a": ["x", "x"]}),
        (["a=b=c"], {"a": "b=c"}),
        (["a="], {"a": ""}),
        ([" a = b "], {"a": "b"}),
        (['a=" b "'], {"a": " b "}),
    ],
)
def test_pairs_become_metadata(pairs: list[str], metadata: dict[str, object]) -> None:
    assert parse_pairs(pairs) == metadata


@pytest.mark.parametrize("pair", ["", "a", "=", "=b", " =b"])
def test_what_is_no_pair_is_named(pair: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_pairs(["good=1", pair])
    assert caught.value.context == {"field": pair}
    assert repr(pair) in caught.value.detail
