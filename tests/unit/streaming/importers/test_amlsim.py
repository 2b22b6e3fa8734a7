import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.envelope import AccountEvent, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers import delimited, tables
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.delimited import Row
from support.importers import Imported, SpooledPath, ids, imported, real, written

HEADER = "sourceNodeId,targetNodeId,value,time"
DAY = 86_400_000_000
START = 1_640_995_200_000_000


def read(path: Path, *rows: str, end: str = "\n") -> Imported:
    return imported("amlsim", written(path / "tx.csv", HEADER, *rows, end=end))


def exactly(path: Path, monkeypatch: pytest.MonkeyPatch) -> Imported:
    """Import row by row."""
    with monkeypatch.context() as patch:
        patch.setattr(delimited, "is_plain", lambda data: False)
        return imported("amlsim", path)


def test_a_row_is_a_payment_on_the_day_of_its_step(tmp_path: Path) -> None:
    result = read(tmp_path, "216,14730,163.3,1")
    assert result.rows == 1
    assert result.events[0].event_time == START + DAY
    assert result.payloads == [
        Transaction(amount=16_330, currency="USD", debtor_account="216", creditor_account="14730")
    ]


def test_options_say_what_the_file_does_not(tmp_path: Path) -> None:
    path = written(tmp_path / "tx.csv", HEADER, "1,2,163,0")
    options = ImportOptions(source="bank", currency="JPY", start=datetime(2020, 1, 1, tzinfo=UTC))
    (event,) = imported("amlsim", path, options).events
    assert (event.source, event.event_time) == ("bank", 1_577_836_800_000_000)
    assert isinstance(event, TransactionEvent)
    assert event.payload is not None
    assert (event.payload.amount, event.payload.currency) == (163, "JPY")


def test_the_same_file_gives_the_same_ids_under_any_name(tmp_path: Path) -> None:
    rows = [HEADER, "1,2,3.50,0", "1,2,3.50,0", "2,3,1,1"]
    first = imported("amlsim", written(tmp_path / "a.csv", *rows))
    second = imported("amlsim", written(tmp_path / "b.csv", *rows, end="\r\n"))
    assert ids(first.messages) == ids(second.messages)
    packed = tmp_path / "c.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    assert ids(imported("amlsim", packed).messages) == ids(first.messages)


def test_two_equal_rows_are_two_payments(tmp_path: Path) -> None:
    result = read(tmp_path, "1,2,3.50,0", "1,2,3.50,0")
    assert len(set(ids(result.messages))) == 2
    assert len({event.entity_id for event in result.events}) == 2


def test_another_row_on_the_same_line_of_another_file_is_another_payment(tmp_path: Path) -> None:
    one, other = read(tmp_path, "1,2,3.50,0"), read(tmp_path, "1,2,3.51,0")
    assert one.events[0].entity_id != other.events[0].entity_id


def test_bad_rows_are_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = [f"{n},2,1,0" for n in range(3)]
    result = read(
        tmp_path,
        *(good[0], "1,2,3", "1,2,3,4,5", "1,2,-3,0", "1,2,abc,0", "1,2,3.333,0", good[1]),
        *(",2,3,0", "1,2,3,-1", "1,2,3,x", "1,2,3,1000001", f"{'9' * 65},2,3,0", "1,2,3,0x1"),
        good[2],
    )
    assert [payload.debtor_account for payload in result.payloads] == ["0", "1", "2"]
    assert result.rows == 14
    assert result.reasons == [
        "3: 3 columns; the header has 4",
        "4: 5 columns; the header has 4",
        "5: value: -3 is not within 0 to 9007199254740991 units of 2 decimals",
        "6: value: 'abc' is no amount",
        "7: value: 3.333 has more than 2 decimals",
        "9: sourceNodeId has 0 characters; an id has 1 to 64",
        "10: time: step -1 is not within 0 to 1000000",
        "11: time: 'x' is no whole number",
        "12: time: step 1000001 is not within 0 to 1000000",
        "13: sourceNodeId has 65 characters; an id has 1 to 64",
        "14: time: '0x1' is no whole number",
    ]
    assert [one.code for one in result.rejected[2:5]] == ["event.money"] * 3
    assert result.rejected[0].raw == "1,2,3"


def test_a_row_that_is_not_utf8_is_shown_with_escapes(tmp_path: Path) -> None:
    path = tmp_path / "tx.csv"
    path.write_bytes(HEADER.encode() + b"\n1,2,3,0\nM\xfcller,2,3,0\n4,5,6,0\n")
    result = imported("amlsim", path)
    assert len(result.events) == 2
    assert result.reasons == ["3: the row is not UTF-8"]
    assert result.rejected[0].raw == "M\\xfcller,2,3,0"


def test_a_day_after_the_year_9999_is_set_aside(tmp_path: Path) -> None:
    path = written(tmp_path / "tx.csv", HEADER, "1,2,3,0", "1,2,3,400000")
    options = ImportOptions(start=datetime(9000, 1, 1, tzinfo=UTC))
    result = imported("amlsim", path, options)
    assert (len(result.events), result.lines) == (1, [3])


def test_accounts_are_read_without_the_answers(tmp_path: Path) -> None:
    path = written(
        tmp_path / "nodes.csv", "nodeid,isFraud,init_balance,fraudStep", "7,1,184.44,12", "8,0,1,-1"
    )
    fraud, honest = imported("amlsim", path).events
    assert isinstance(fraud, AccountEvent)
    assert (fraud.entity_id, honest.entity_id) == ("7", "8")
    assert fraud.payload == honest.payload


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", f"{HEADER},value\n", '"a\nb",c\n'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tx.csv"
    path.write_text(text)
    with pytest.raises(EventFileInvalid):
        imported("amlsim", path)


def test_columns_may_be_in_any_order_with_others_between(tmp_path: Path) -> None:
    path = written(tmp_path / "tx.csv", "time,x,value,targetNodeId,sourceNodeId", "1,?,2.5,b,a")
    assert imported("amlsim", path).payloads == [
        Transaction(amount=250, currency="USD", debtor_account="a", creditor_account="b")
    ]


ODD = [
    *[
        "",
        " 1",
        "1 ",
        "+5",
        "5.",
        ".5",
        "1e2",
        "5e-1",
        "-0",
        "0x1",
        "1_0",
        "٣",
        "nan",
        "\x00",
        "1\r",
    ],
    *["-1", "90071992547409.92", "90071992547409.91", "1000001", "1000000", "x" * 64, "x" * 65],
]


@pytest.mark.parametrize("cell", ODD)
@pytest.mark.parametrize("row", ["1,2,{},1", "1,2,3,{}", "{},2,3,1"])
def test_an_odd_cell_means_by_column_what_it_means_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, cell: str
) -> None:
    path = written(tmp_path / "tx.csv", HEADER, row.format(cell))
    assert imported("amlsim", path) == exactly(path, monkeypatch)


@pytest.mark.parametrize("between", ["\n\n", "\r\n\r\n", "\r", "\n \n", "\n\r\n"])
@pytest.mark.parametrize("before", ["", "\n", "\r\n"])
def test_odd_ends_of_lines_mean_by_column_what_they_mean_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, between: str
) -> None:
    path = tmp_path / "tx.csv"
    path.write_bytes(f"{HEADER}\n{before}1,2,3,0{between}4,5,6,1\n".encode())
    assert imported("amlsim", path) == exactly(path, monkeypatch)


CELLS = st.one_of(
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{0,3})?", fullmatch=True),
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8"), max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=5).map(",".join), max_size=6))
def test_parsing_by_column_gives_what_parsing_by_row_gives(rows: list[str]) -> None:
    data = "\n".join([HEADER, *rows, ""]).encode()
    with pytest.MonkeyPatch.context() as patch, SpooledPath(data) as path:
        fast, slow = imported("amlsim", path), exactly(path, patch)
    assert fast == slow


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9_999), st.integers(0, 9)), max_size=9)
)
def test_good_rows_are_parsed_by_column(rows: list[tuple[int, int, int]]) -> None:
    texts = [f"{who},x,{amount // 100}.{amount % 100:02},{day}" for who, amount, day in rows]
    taken: list[object] = []

    def slowly(*block: object) -> list[Row]:
        taken.append(block)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "plain_rows", slowly)
        with SpooledPath("\n".join([HEADER, *texts, ""]).encode()) as path:
            result = imported("amlsim", path)
    assert not taken
    assert [payload.amount for payload in result.payloads] == [amount for _, amount, _ in rows]


def test_blocks_end_between_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "tx.csv", HEADER, *(f"{n},{n + 1},{n}.5,{n}" for n in range(200)))
    whole = imported("amlsim", path)
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(delimited, "BLOCK", size)
        assert ids(imported("amlsim", path).messages) == ids(whole.messages)


def test_the_real_sample_imports_whole() -> None:
    result = imported("amlsim", real("amlsim_20K_fanin200cycle200", "transactions.csv"))
    assert (result.rows, len(result.events), result.rejected) == (120_558, 120_558, [])
    assert len(set(ids(result.messages))) == 120_558
    accounts = imported("amlsim", real("amlsim_20K_fanin200cycle200", "nodes.csv"))
    assert (len(accounts.events), accounts.rejected) == (20_000, [])
