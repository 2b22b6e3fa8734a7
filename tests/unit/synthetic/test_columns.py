"""Columns of text made in bulk."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.synthetic.columns import (
    BATCH_ROWS,
    OPAQUE,
    batches,
    constant,
    joined,
    listed,
    mixed,
    numbered,
    opaque,
    opaque_id,
    words,
)


@given(st.lists(st.integers(0, 99_999), max_size=20))
def test_numbered_ids_are_those_of_formatting(numbers: list[int]) -> None:
    column = numbered("tx-", np.array(numbers, dtype=np.int64), 5, "0007-")
    assert column.to_pylist() == [f"tx-0007-{number:05d}" for number in numbers]


@given(st.lists(st.integers(0, OPAQUE - 1), unique=True, max_size=30))
def test_opaque_ids_are_one_to_one(codes: list[int]) -> None:
    column = opaque("in-", np.array(codes, dtype=np.int64)).to_pylist()
    assert len(set(column)) == len(codes)
    assert column == [opaque_id("in-", code) for code in codes]
    order = np.argsort(mixed(np.array(codes, dtype=np.int64)))
    assert [column[place] for place in order] == sorted(column)


def test_what_is_not_there_is_null() -> None:
    assert opaque("in-", np.array([-1, 1])).to_pylist() == [None, opaque_id("in-", 1)]
    assert words(("a", "b"), np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]
    column = words(("a", "b"), np.array([1, -1]))
    assert joined(column, "!").to_pylist() == ["b!", None]
    assert listed(column).to_pylist() == [["b"], []]


def test_batches_leave_out_what_says_nothing_and_are_bounded() -> None:
    count = BATCH_ROWS + 1
    times = np.arange(count)
    columns = {
        "entity_id": numbered("x", times, 7),
        "empty": pa.nulls(count, pa.string()),
        "full": constant("a", count),
    }
    made = batches("person", times, columns, np.full(count, -1), pa.nulls(count, pa.string()))
    assert [batch.columns.num_rows for batch in made] == [BATCH_ROWS, 1]
    assert "empty" not in made[0].columns.schema.names
    assert made[0].columns.schema.field("pattern").type == pa.int32()
    none = np.zeros(0, dtype=np.int64)
    assert batches("person", none, {}, none, pa.nulls(0, pa.string())) == []
