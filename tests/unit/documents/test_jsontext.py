import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.parse.kinds import JSON, JSON_LINES
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import CorruptDocument, NestedTooDeep, TruncatedDocument
from support.documents import assert_blocks_partition, block_texts, parse, paths, visible


def read(source: str | bytes) -> ParsedDocument:
    return parse(source, JSON)


def read_lines(source: str) -> ParsedDocument:
    return parse(source, JSON_LINES)


def test_members_are_lines_and_nested_ones_stand_under_their_key() -> None:
    parsed = read('{"name": "Zoë", "address": {"city": "Bonn", "geo": {"x": 1}}, "active": true}')
    assert block_texts(parsed) == [
        "name: Zoë",
        "address",
        "city: Bonn",
        "geo",
        "x: 1",
        "active: true",
    ]
    assert paths(parsed) == [
        (),
        ("address",),
        ("address",),
        ("address", "geo"),
        ("address", "geo"),
        (),
    ]


@pytest.mark.parametrize(
    "number", ["1.10", "12345678901234567890", "1e400", "-0", "0.1000000000000000055", "1E+2"]
)
def test_numbers_keep_their_digits(number: str) -> None:
    assert read(f'{{"amount": {number}}}').text == f"amount: {number}"


def test_doubled_keys_are_both_kept() -> None:
    assert read('{"to": "Ana", "to": "Bob"}').text == "to: Ana\nto: Bob"
    assert parse('[{"a": 1, "a": 2}, {"a": 3}]', JSON).tables == ()


def test_like_records_are_a_table() -> None:
    parsed = read('{"tx": [{"id": 1, "amount": 0.10}, {"id": 2, "note": null}]}')
    (table,) = parsed.tables
    assert table.rows == (("id", "amount", "note"), ("1", "0.10", ""), ("2", "", "null"))
    assert table.header_rows == 1
    assert block_texts(parsed, "heading") == ["tx"]


def test_rows_of_values_are_a_table_without_a_header() -> None:
    (table,) = read("[[1, 2], [3, 4]]").tables
    assert (table.rows, table.header_rows) == ((("1", "2"), ("3", "4")), 0)


def test_records_that_are_not_alike_stand_each_under_its_number() -> None:
    parsed = read('{"p": [{"a": 1}, {"b": {"c": 2}}, 3]}')
    assert block_texts(parsed) == ["p", "p[0]", "a: 1", "p[1]", "b", "c: 2", "3"]
    assert paths(parsed)[-1] == ("p",)


def test_long_texts_are_whole_and_keep_their_paragraphs() -> None:
    text = "word " * 5_000
    assert text.strip() in read(json.dumps({"note": text})).text
    parsed = read(json.dumps({"note": "one\n\ntwo"}))
    assert block_texts(parsed) == ["note: one", "two"]
    long = [{"id": 1, "note": "x" * 600}, {"id": 2, "note": "y"}]
    assert read(json.dumps(long)).tables == ()


def test_short_lists_stand_on_a_line() -> None:
    assert read('{"a": [1, 2, "x"], "b": ["p, q"], "c": [], "d": {}}').text == (
        "a: 1, 2, x\n\nb\n\np, q\n\nc: []\nd: {}"
    )


def test_deep_values_are_named_by_their_path() -> None:
    source = '{"a":{"b":{"c":{"d":{"e":{"f":{"g":[{"h":1},2]}}}}}}}'
    assert read(source).text.endswith("g[0].h: 1\ng[1]: 2")


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_bounded_without_recursion(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    assert read(opening * 90 + "1" + closing * 90).text.endswith("1")
    for levels in (150, 900, 10_000):
        with pytest.raises(NestedTooDeep):
            read(opening * levels + "1" + closing * levels)


def test_a_mistake_is_named_by_its_place() -> None:
    with pytest.raises(CorruptDocument, match="line 2, column 7"):
        read('{"a": 1,\n "b": nope}')
    with pytest.raises(CorruptDocument, match="line 3, column 2"):
        read_lines('{"a": 1}\n\n{a: 2}\n')


@pytest.mark.parametrize("source", ['{"a": [1, 2', '{"a": "unfin', '{"a":'])
def test_what_is_cut_off_is_refused(source: str) -> None:
    with pytest.raises(TruncatedDocument):
        read(source)


def test_half_characters_and_controls_do_not_reach_the_text() -> None:
    parsed = read(r'{"a": "\ud800b\u0000c\ud83d\ude00"}')
    assert parsed.text == "a: \N{REPLACEMENT CHARACTER}bc\N{GRINNING FACE}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_wide_encodings_are_read(encoding: str) -> None:
    assert read('{"name": "Grüße"}'.encode(encoding)).text == "name: Grüße"


def test_like_lines_are_a_table_and_others_sections() -> None:
    (table,) = read_lines('{"a":1,"b":"x"}\n\n{"a":2}\n').tables
    assert table.rows == (("a", "b"), ("1", "x"), ("2", ""))
    parsed = read_lines('{"a":1}\n{"a":{"b":2}}\n')
    assert block_texts(parsed) == ["Line 1", "a: 1", "Line 2", "a", "b: 2"]
    assert paths(parsed)[-1] == ("Line 2", "a")


def test_long_files_are_read_in_time() -> None:
    began = time.monotonic()
    parsed = read_lines("\n".join(f'{{"id":{n},"v":"x{n}"}}' for n in range(100_000)))
    assert len(parsed.tables) == 2
    assert parsed.tables[1].rows[-1] == ("99999", "x99999")
    assert time.monotonic() - began < 10


words = st.text("abc é漢\n", max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)


def scalars(value: object) -> list[str]:
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in [key, *scalars(inner)]]
    if isinstance(value, list):
        return [one for inner in value for one in scalars(inner)]
    return [value if isinstance(value, str) else json.dumps(value)]


@given(st.dictionaries(words, values, min_size=1, max_size=4))
def test_every_value_and_key_is_in_the_text(value: dict[str, object]) -> None:
    parsed = read(json.dumps(value))
    assert_blocks_partition(parsed)
    text = visible(parsed.text)
    for one in scalars(value):
        assert visible(one) in text
