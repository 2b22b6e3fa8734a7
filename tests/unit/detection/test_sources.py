"""Events of the past: the same payments from a log, from files, from a bank in any format."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from catalystindex.detection.history import History
from catalystindex.detection.sources import Reading
from catalystindex.detection.truth import patterns_of
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import EventFileInvalid, EventInvalid, ExportFailed, InvalidRequest
from catalystindex.model.events.envelope import AccountEvent, Event, PersonEvent
from catalystindex.model.events.parties import Account, Person
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.codec import seal
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.registry import make_importer
from catalystindex.synthetic.export.formats import FILE_TYPES
from catalystindex.synthetic.generator import Source
from catalystindex.synthetic.orchestrator import Run, export_to_folder
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.money import Money
from catalystindex.temporal.payments import Payments
from support.detectors import ids_of
from support.eventlog import opened
from support.events import payment
from support.tiny_bank import TinyBank

ANA = make_tenant("acme", "one", "ana")


def reading() -> Reading:
    return Reading(History(Money("EUR")))


def bank(folder: Path, form: str, days: int = 3) -> Path:
    source = Source(lambda: TinyBank(days), days, {})
    export_to_folder(Run(source, 0), folder, form)
    return folder


def said(payments: Payments, history: History) -> list[tuple[Any, ...]]:
    """Return what payments say, without codes."""
    accounts, parties = history.codes.accounts, history.codes.parties
    columns = zip(
        ids_of(payments), payments.time.tolist(), payments.amount.tolist(),
        payments.source.tolist(), payments.target.tolist(), payments.source_party.tolist(),
        strict=True,
    )  # fmt: skip
    return [
        (ident, time, amount, accounts.name(source), accounts.name(target),
         None if party == NOBODY else parties.name(party))
        for ident, time, amount, source, target, party in columns
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["parquet", "arrow", "jsonl"])
def test_a_bank_is_read_in_every_format_that_keeps_ids(form: str, tmp_path: Path) -> None:
    read = reading()
    read.bank(bank(tmp_path / "bank", form))
    found = said(read.history.payments(), read.history)
    assert len(found) == 12
    assert [one[1] for one in found] == sorted(one[1] for one in found)
    assert {one[3:] for one in found} == {("a0", "a1", "p0")}
    truth = [
        json.loads(line) for line in (tmp_path / "bank" / "truth.jsonl").read_text().splitlines()
    ]
    assert {ident for line in truth for ident in line["event_ids"]} <= {one[0] for one in found}
    lines = reading()
    lines.bank(bank(tmp_path / "again", "jsonl"))
    assert said(lines.history.payments(), lines.history) == found
    assert read.history.read == lines.history.read == {"account": 2, "transaction": 12}


@pytest.mark.parametrize("form", sorted(set(FILE_TYPES) - {"parquet", "arrow", "jsonl"}))
def test_a_bank_without_types_or_lines_is_refused_with_what_to_do(
    form: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match="--format parquet"):
        reading().bank(bank(tmp_path / "bank", form))


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_a_damaged_table_is_said(form: str, tmp_path: Path) -> None:
    folder = bank(tmp_path / "bank", form)
    file = folder / f"transaction.{form}"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(EventFileInvalid, match="transaction"):
        reading().bank(folder)


def test_a_folder_without_a_manifest_that_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ExportFailed):
        reading().bank(tmp_path)


def test_a_log_gives_what_files_give(tmp_path: Path) -> None:
    account = AccountEvent(
        entity_id="a", event_time=0, source="test", payload=Account(holders=("zoe", "ann"))
    )
    person = PersonEvent(entity_id="p", event_time=0, source="test", payload=Person(name="Ana"))
    made: list[Event] = [*(payment(f"p{n}", amount=n) for n in range(9)), account, person]
    again = msgspec.structs.replace(payment("p1", amount=77), version=2)
    made.append(again)
    with opened(tmp_path, SystemClock(), partitions=3) as log:
        messages = []
        for event in made:
            sealed = seal(event)
            messages.append(Message(event.entity_id, sealed.event_id, 0, sealed.data))
        log.append(ANA, messages)
        log.append(ANA, [Message("x", "bad", 0, b"no event")])
        other = seal(payment("other"))
        log.append(ANA, [Message("other", other.event_id, 0, other.data, only="graph")])
        log.append(make_tenant("acme", "two", "ben"), [messages[0]])
        read = reading()
        read.log(tmp_path, ANA)
    payments = read.history.payments()
    assert sorted(payments.amount.tolist()) == [0, 2, 3, 4, 5, 6, 7, 8, 77]
    assert read.history.unreadable == {"event.invalid": 1}
    assert read.history.read == {"transaction": 10, "account": 1}
    assert {read.history.codes.parties.name(one) for one in payments.source_party} == {"ann"}
    lines = tmp_path / "events.jsonl"
    lines.write_bytes(b"".join(message.data + b"\n" for message in messages) + b"{}\n")
    by_file = reading()
    by_file.files(make_importer("events", ImportOptions()), [lines])
    assert np.array_equal(by_file.history.payments().id_high, payments.id_high)
    assert (by_file.rejects, by_file.rejected[0].line) == (1, len(messages) + 1)


def test_files_of_a_simulator_are_read(tmp_path: Path) -> None:
    file = tmp_path / "transactions.csv"
    file.write_text("sourceNodeId,targetNodeId,value,time\n1,2,10.00,0\n2,3,5.50,4\n2,3,x,4\n")
    read = reading()
    read.files(make_importer("amlsim", ImportOptions(currency="EUR")), [file])
    found = said(read.history.payments(), read.history)
    assert [one[2:5] for one in found] == [(1000, "1", "2"), (550, "2", "3")]
    assert read.rejects == 1


def test_a_table_of_another_kind_says_nothing_and_one_without_ids_is_refused() -> None:
    history = History(Money("EUR"))
    table: Any = pa
    batch = table.RecordBatch.from_pydict({"entity_id": ["x"]})
    history.take_table("person", batch)
    assert not history.read
    with pytest.raises(EventInvalid):
        history.take_table("transaction", batch)


def test_many_events_are_made_columns_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalystindex.detection.history.AT_ONCE", 3)
    history = History(Money("EUR"))
    for number in range(8):
        history.take_bytes([seal(payment(f"p{number}", amount=number)).data])
    assert sorted(history.payments().amount.tolist()) == list(range(8))
    assert sorted(history.payments().amount.tolist()) == list(range(8))


def test_the_truth_of_a_bank_is_its_patterns_of_payments(tmp_path: Path) -> None:
    folder = bank(tmp_path / "bank", "parquet")
    read = reading()
    read.bank(folder)
    patterns = patterns_of(folder / "truth.jsonl", read.history.payments())
    assert [(one.typology, len(one.events), one.lookalike) for one in patterns] == [
        ("fan_in", 3, False)
    ]
    nothing = History(Money("EUR")).payments()
    assert patterns_of(folder / "truth.jsonl", nothing) == []


def test_a_truth_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    file.write_text('{"pattern": 1}\n')
    with pytest.raises(EventFileInvalid, match="no truth"):
        patterns_of(file, History(Money("EUR")).payments())
