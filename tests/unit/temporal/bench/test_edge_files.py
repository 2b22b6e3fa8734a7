"""Files of edges as streams, and what is wrong with those that are none."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalystindex.model.errors import InvalidRequest
from catalystindex.temporal.bench.edge_files import read_edges


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "edges.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_come_in_order_of_time_and_accounts_share_codes(tmp_path: Path) -> None:
    path = csv(
        tmp_path, "amount,source,target,time", "12.5,b,a,2024-01-01T00:00:02Z",
        "3,a,b,2024-01-01T00:00:01Z", "0.07,a,c,2024-01-01T00:00:02Z",
    )  # fmt: skip
    payments, accounts = read_edges(path)
    assert accounts == 3
    b, a, c = payments.source[1], payments.source[0], payments.target[2]
    assert len({int(a), int(b), int(c)}) == 3
    assert payments.target[:2].tolist() == [b, a]
    assert payments.amount.tolist() == [300, 1250, 7]
    assert payments.time.tolist() == [1_704_067_201_000_000, *[1_704_067_202_000_000] * 2]


def test_parquet_with_numbers_and_cash(tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    table = pa.table({"source": [7, None], "target": [8, 7], "time": [5, 6], "amount": [100, 250]})
    pq.write_table(table, path)
    payments, accounts = read_edges(path)
    assert accounts == 2
    assert payments.source.tolist()[1] == -1
    assert payments.target[1] == payments.source[0]
    assert payments.amount.tolist() == [10_000, 25_000]
    assert payments.time.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (("source,target,time", "a,b,1"), "no column amount"),
        (("source,target,time,amount",), "holds no payment"),
        (("source,target,time,amount", "a,b,soon,1"), "string where a time"),
        (("source,target,time,amount", "a,b,1,much"), "string where an amount"),
        (("source,target,time,amount", "a,b,,1", "a,b,2,1"), "row without time"),
        (("source,target,time,amount", "a,b,1,", "a,b,2,1"), "row without amount"),
        (("source,target,time,amount", "a,b,1,inf"), "no number from 0 to"),
        (("source,target,time,amount", "a,b,1,-1"), "no number from 0 to"),
        (("source,target,time,amount", "a,b,1,1e14"), "no number from 0 to"),
        (("source,target,time,amount", "a,b"), "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, lines: tuple[str, ...], wrong: str
) -> None:
    with pytest.raises(InvalidRequest, match=wrong) as caught:
        read_edges(csv(tmp_path, *lines))
    assert caught.value.context["field"] == "edges"
    assert "edges.csv" in str(caught.value)


def test_what_only_calls_itself_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    path.write_bytes(b"no parquet")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_edges(path)


def test_a_time_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    time = pa.array([2**63], pa.uint64())
    pq.write_table(pa.table({"source": ["a"], "target": ["b"], "time": time, "amount": [1]}), path)
    with pytest.raises(InvalidRequest, match="time that is too large"):
        read_edges(path)
