import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers.amlworld import CURRENCIES, METHODS
from catalystindex.streaming.importers.amlworld_patterns import attempts
from support.importers import Imported, imported, real, written

HEADER = (
    "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,"
    "Amount Paid,Payment Currency,Payment Format,Is Laundering"
)
ROW = "2022/09/01 00:20,010,8000EBD30,03,8000F5340,3697.34,US Dollar,3697.34,US Dollar,Wire,0"


def read(path: Path, *rows: str, header: str = HEADER) -> Imported:
    return imported("amlworld", written(path / "w.csv", header, *rows))


def test_the_first_account_pays_the_second(tmp_path: Path) -> None:
    (event,) = read(tmp_path, ROW).events
    moment = datetime(2022, 9, 1, 0, 20, tzinfo=UTC)
    assert event.event_time == int(moment.timestamp()) * 1_000_000
    assert event.payload == Transaction(
        amount=369_734,
        currency="USD",
        debtor_account="010-8000EBD30",
        creditor_account="03-8000F5340",
        debtor_agent="010",
        creditor_agent="03",
        method="wire",
        channel="wire",
    )


def test_the_header_as_pandas_writes_it_is_taken(tmp_path: Path) -> None:
    again = HEADER.replace("To Bank,Account", "To Bank,Account.1")
    assert read(tmp_path, ROW, header=again).messages == read(tmp_path, ROW).messages


def test_what_arrives_in_another_currency_is_kept_beside(tmp_path: Path) -> None:
    row = ROW.replace("3697.34,US Dollar,3697", "0.05812345,Bitcoin,3697")
    (payload,) = read(tmp_path, row).payloads
    assert (payload.amount, payload.currency) == (369_734, "USD")
    assert (payload.credited_amount, payload.credited_currency) == (5_812_345, "XBT")


@pytest.mark.parametrize(("text", "yen"), [("10.50", 10), ("11.50", 12), ("10.51", 11), ("7", 7)])
def test_yen_are_rounded_half_to_even(tmp_path: Path, text: str, yen: int) -> None:
    row = ROW.replace("3697.34,US Dollar,3697.34,US Dollar", f"{text},Yen,{text},Yen")
    (payload,) = read(tmp_path, row).payloads
    assert (payload.amount, payload.currency) == (yen, "JPY")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2022/09/01 00:20", "2022-09-01 00:20", "is not of the form 2022/09/01 02:38"),
        ("2022/09/01 00:20", "2022/13/01 00:20", "is not of the form"),
        ("Wire", "Pigeon", "Payment Format 'Pigeon' is none of"),
        ("US Dollar,Wire", "Galleon,Wire", "currency 'Galleon' is not one of"),
        ("3697.34,US Dollar,Wire", "3697.345,US Dollar,Wire", "more than 2 decimals"),
        ("8000EBD30", "", "Account has 0 characters"),
        (",0", "", "10 columns"),
    ],
)
def test_bad_rows_are_set_aside(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert ROW.count(old) >= 1
    bad = new.join(ROW.rsplit(old, 1))
    result = read(tmp_path, ROW, bad, ROW)
    assert (len(result.events), result.lines) == (2, [3])
    assert reason in result.rejected[0].reason


def test_the_answer_makes_no_difference_to_events(tmp_path: Path) -> None:
    guilty = ROW.removesuffix("0") + "1"
    assert read(tmp_path, guilty).messages == read(tmp_path, ROW).messages


def test_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="no file of AMLworld"):
        read(tmp_path, ROW, header=HEADER.replace("Account", "Konto"))


def test_attempts_are_read_with_their_payments(tmp_path: Path) -> None:
    path = written(
        tmp_path / "patterns.txt",
        *("BEGIN LAUNDERING ATTEMPT - FAN-IN:  Max 3-degree Fan-In", ROW, ROW),
        *("END LAUNDERING ATTEMPT - FAN-IN", ""),
        *("BEGIN LAUNDERING ATTEMPT - CYCLE", ROW, "END LAUNDERING ATTEMPT - CYCLE"),
    )
    first, second = attempts(path)
    assert (first.line, first.typology, first.description) == (1, "fan-in", "Max 3-degree Fan-In")
    assert (second.line, second.typology, second.description) == (6, "cycle", "")
    assert first.rows == (ROW, ROW)
    assert len({payment.entity_id for payment in first.payments}) == 2


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([ROW], "line 1: an attempt has to begin here"),
        (["BEGIN LAUNDERING ATTEMPT - CYCLE", "1,2"], "line 2: 2 columns"),
        (["BEGIN LAUNDERING ATTEMPT - CYCLE", ROW.replace("Wire", "x")], "line 2: Payment Format"),
        (["BEGIN LAUNDERING ATTEMPT - CYCLE", ROW], "the attempt of line 1 does not end"),
    ],
)
def test_answers_that_are_wrong_somewhere_are_not_used(
    tmp_path: Path, lines: list[str], reason: str
) -> None:
    with pytest.raises(EventFileInvalid, match=reason):
        list(attempts(written(tmp_path / "patterns.txt", *lines)))


def test_a_long_attempt_takes_as_long_as_many_short_ones(tmp_path: Path) -> None:
    begin, end = "BEGIN LAUNDERING ATTEMPT - CYCLE", "END LAUNDERING ATTEMPT"
    rows = 30_000
    one = written(tmp_path / "one.txt", begin, *[ROW] * rows, end)
    many = written(tmp_path / "many.txt", *[begin, *[ROW] * 10, end] * (rows // 10))

    def seconds(path: Path) -> float:
        started = time.process_time()
        assert sum(len(found.payments) for found in attempts(path)) == rows
        return time.process_time() - started

    assert seconds(one) < 3 * seconds(many)


def test_the_real_attempts_are_all_read() -> None:
    found = list(attempts(real("amlworld_patterns", "LI-Small_Patterns.txt")))
    assert (len(found), sum(len(one.payments) for one in found)) == (117, 1_023)
    assert Counter(one.typology for one in found)["fan-in"] == 12


def test_every_code_is_known() -> None:
    assert len(set(CURRENCIES.values())) == len(CURRENCIES) == 15
    assert len(METHODS) == 7
