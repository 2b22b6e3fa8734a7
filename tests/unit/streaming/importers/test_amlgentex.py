from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.money import Transaction
from support.importers import Imported, ids, imported, real

ROW = {"step": 1, "amount": 702.015, "nameOrig": 7, "nameDest": 8, "isSAR": 0}


def read(path: Path, *rows: dict[str, Any]) -> Imported:
    pq.write_table(pa.Table.from_pylist(list(rows)), path / "t.parquet", row_group_size=2)
    return imported("amlgentex", path / "t.parquet")


def test_a_row_is_a_payment(tmp_path: Path) -> None:
    (event,) = read(tmp_path, ROW).events
    assert event.event_time == 1_640_995_200_000_000 + 86_400_000_000
    assert event.payload == Transaction(
        amount=70_201, currency="USD", debtor_account="7", creditor_account="8"
    )


@pytest.mark.parametrize(
    ("amount", "minor"), [(0.125, 12), (0.375, 38), (0.1, 10), (163.3, 16_330), (1.005, 100)]
)
def test_floats_are_rounded_once_half_to_even(tmp_path: Path, amount: float, minor: int) -> None:
    assert read(tmp_path, {**ROW, "amount": amount}).payloads[0].amount == minor


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": float("nan")},
        {"amount": float("inf")},
        {"amount": 1e300},
        {"amount": -1.0},
        {"amount": None},
        {"step": None},
        {"step": -1},
        {"nameOrig": None},
        {"nameOrig": -2, "nameDest": -1},
    ],
)
def test_bad_records_are_set_aside(tmp_path: Path, bad: dict[str, Any]) -> None:
    result = read(tmp_path, ROW, {**ROW, **bad}, ROW)
    assert (result.rows, len(result.events), result.lines) == (3, 2, [2])
    assert "'step'" in result.rejected[0].raw


def test_the_world_outside_is_left_out(tmp_path: Path) -> None:
    more = {"type": "TRANSFER", "bankOrig": "north", "bankDest": "south"}
    income, cash, spent = read(
        tmp_path,
        {**ROW, **more, "nameOrig": -2},
        {**ROW, **more, "nameOrig": -2, "type": "CASH"},
        {**ROW, **more, "nameDest": -1, "type": "CASH"},
    ).payloads
    assert (income.debtor_account, income.debtor_agent, income.method) == (None, None, "transfer")
    assert (income.creditor_account, income.creditor_agent) == ("8", "south")
    assert (cash.method, spent.method) == ("cash_deposit", "cash_withdrawal")


def test_answers_make_no_difference_to_events(tmp_path: Path) -> None:
    assert read(tmp_path, ROW).messages == read(tmp_path, {**ROW, "isSAR": 1}).messages


@pytest.mark.parametrize("data", [b"", b"PAR1", b"step,amount\n1,2\n", b"PAR1" + b"x" * 99])
def test_a_file_of_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(data)
    with pytest.raises(EventFileInvalid, match=r"no Parquet file"):
        imported("amlgentex", path)


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="column 'step' is missing"):
        read(tmp_path, {"a": 1})


def test_a_damaged_file_says_from_where_on(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    rows = [{**ROW, "amount": n / 7} for n in range(20_000)]
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, path, row_group_size=5_000, write_page_checksum=True, compression="none")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2_000] = bytes(2_000)
    path.write_bytes(data)
    result = imported("amlgentex", path)
    (ended,) = result.rejected
    assert ended.code == "event.file_invalid"
    assert 5_000 <= len(result.events) < 20_000
    assert ended.line == len(result.events) + 1


def test_the_real_sample_imports_whole() -> None:
    result = imported("amlgentex", real("amlgentex_seed1", "transactions.parquet"))
    assert (result.rows, result.rejected) == (111_063, [])
    assert len(set(ids(result.messages))) == 111_063
