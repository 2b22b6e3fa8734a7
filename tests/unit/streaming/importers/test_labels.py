from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalystindex.model.errors import EventFileInvalid, InvalidRequest
from catalystindex.streaming.importers.amlworld_patterns import AnswerKey
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.labels import Label, labels
from support.importers import imported, real, written

WORLD = (
    "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,"
    "Amount Paid,Payment Currency,Payment Format,Is Laundering"
)
PAYSIM = "step,type,amount,nameOrig,nameDest,isFraud"


def of(name: str, path: Path) -> list[Label]:
    return list(labels(name, path, ImportOptions()))


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("amlsim", ["nodeid,isFraud,init_balance,fraudStep", "1,0,5,-1", ",1,5,3", "2,1,5,3"]),
        (
            "paysim",
            [PAYSIM, "1,TRANSFER,1,C1,C2,0", "1,GIFT,1,C1,C2,1", "1,TRANSFER,1,C1,C2,1"],
        ),
        (
            "amlworld",
            [
                WORLD,
                "2022/09/01 00:20,1,A,2,B,3,US Dollar,3,US Dollar,Wire,0",
                "2022/09/01 00:20,1,A,2,B,3,US Dollar,3,Galleon,Wire,1",
                "2022/09/01 00:20,1,A,2,B,3,US Dollar,3,US Dollar,Wire,1",
            ],
        ),
    ],
)
def test_labels_name_what_the_importer_gives(tmp_path: Path, name: str, lines: list[str]) -> None:
    path = written(tmp_path / "f.csv", *lines)
    found = of(name, path)
    assert [one.entity_id for one in found] == [
        event.entity_id for event in imported(name, path).events
    ]
    assert [one.positive for one in found] == [False, True]


def test_labels_of_amlgentex_name_the_pattern(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    row = {"step": 1, "amount": 7.0, "nameOrig": 7, "nameDest": 8}
    rows = [
        {**row, "isSAR": 0, "patternID": -1},
        {**row, "step": -1, "isSAR": 1, "patternID": 4},
        {**row, "isSAR": 1, "patternID": 4},
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    events = imported("amlgentex", path).events
    assert of("amlgentex", path) == [
        Label(events[0].entity_id, False),
        Label(events[1].entity_id, True, "4"),
    ]


@pytest.mark.parametrize(
    ("mark", "number", "model"),
    [("1", "4", "1"), (True, 4.0, 1.0), ("True", 4, 1), (1.0, 4, 1)],
)
def test_numbers_of_amlgentex_are_read_however_they_are_written(
    tmp_path: Path, mark: object, number: object, model: object
) -> None:
    path = tmp_path / "t.parquet"
    row = {"step": 1, "amount": 7.0, "nameOrig": 7, "nameDest": 8}
    made = {**row, "isSAR": mark, "patternID": number, "modelType": model}
    pq.write_table(pa.Table.from_pylist([made]), path)
    (label,) = of("amlgentex", path)
    assert (label.positive, label.pattern, label.typology) == (True, "1-4", "fan_out")


@pytest.mark.parametrize("mark", ["0", "False", False, 0.0])
@pytest.mark.parametrize("number", [float("nan"), -1, None, ""])
def test_an_ordinary_payment_of_amlgentex_has_no_pattern(
    tmp_path: Path, mark: object, number: object
) -> None:
    path = tmp_path / "t.parquet"
    row = {"step": 1, "amount": 7.0, "nameOrig": 7, "nameDest": 8}
    made = {**row, "isSAR": mark, "patternID": number}
    pq.write_table(pa.Table.from_pylist([made]), path)
    (label,) = of("amlgentex", path)
    assert (label.positive, label.pattern) == (False, None)


@pytest.mark.parametrize("mark", [2, "maybe", None])
def test_a_mark_of_amlgentex_that_says_nothing_is_an_error(tmp_path: Path, mark: object) -> None:
    path = tmp_path / "t.parquet"
    row = {"step": 1, "amount": 7.0, "nameOrig": 7, "nameDest": 8}
    pq.write_table(pa.Table.from_pylist([{**row, "isSAR": mark}]), path)
    with pytest.raises(EventFileInvalid, match="isSAR"):
        of("amlgentex", path)


def test_a_pattern_of_amlgentex_is_its_model_and_its_number(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    row = {"step": 1, "amount": 7.0, "nameOrig": 7, "nameDest": 8, "isSAR": 1, "patternID": 4}
    rows = [{**row, "modelType": model} for model in (1, 8, 99)]
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert [(one.pattern, one.typology) for one in of("amlgentex", path)] == [
        ("1-4", "fan_out"),
        ("8-4", "gather_scatter"),
        ("99-4", "model_99"),
    ]


PAID = "2022/09/01 00:20,1,A,2,B,3,US Dollar,3,US Dollar,Wire,1"


def test_a_key_of_amlworld_gives_payments_their_attempt(tmp_path: Path) -> None:
    key = AnswerKey(
        written(
            tmp_path / "patterns.txt",
            "BEGIN LAUNDERING ATTEMPT - FAN-IN: Max 1-degree", PAID, "END LAUNDERING ATTEMPT", "",
            "BEGIN LAUNDERING ATTEMPT - CYCLE", PAID, PAID.replace("Wire", "ACH"),
            "END LAUNDERING ATTEMPT",
        )
    )  # fmt: skip
    rows = [PAID, PAID.replace("A,2", "C,2"), PAID.replace(",B", ", B "), PAID]
    path = written(tmp_path / "t.csv", WORLD, *rows)
    found = list(labels("amlworld", path, ImportOptions(), key))
    assert [(one.pattern, one.typology) for one in found] == [
        ("1", "fan_in"),
        (None, None),
        ("2", "cycle"),
        (None, None),
    ]
    assert (key.payments, key.left) == (3, 1)


def test_a_key_is_of_amlworld_only(tmp_path: Path) -> None:
    key = AnswerKey(written(tmp_path / "patterns.txt", ""))
    with pytest.raises(InvalidRequest, match="paysim has no file of patterns"):
        list(labels("paysim", written(tmp_path / "t.csv", PAYSIM), ImportOptions(), key))


def test_labels_of_accounts_say_so(tmp_path: Path) -> None:
    path = written(tmp_path / "n.csv", "nodeid,isFraud", "1,1")
    assert of("amlsim", path) == [Label("1", True, kind="account")]


def test_a_file_without_answers_is_refused(tmp_path: Path) -> None:
    payments = written(tmp_path / "t.csv", "sourceNodeId,targetNodeId,value,time", "1,2,3,4")
    with pytest.raises(EventFileInvalid, match="no column 'isFraud'"):
        of("amlsim", payments)
    with pytest.raises(InvalidRequest, match="'csv' has no labels"):
        of("csv", payments)


def test_the_real_answers_are_all_read() -> None:
    nodes = of("amlsim", real("amlsim_20K_fanin200cycle200", "nodes.csv"))
    assert (len(nodes), sum(one.positive for one in nodes)) == (20_000, 1_804)
