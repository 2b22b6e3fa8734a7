"""Every format takes every kind of event and loses nothing."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.envelope import KINDS, AnnouncementEvent, Event
from catalystindex.model.events.markets import Announcement
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import MAX_APPEND, Appended, EventLog, Message
from catalystindex.streaming import codec
from catalystindex.streaming.arrow import batch_to_events, events_to_batch
from catalystindex.streaming.arrow_schema import kind_of_schema, schema_of
from catalystindex.streaming.arrow_seal import seal_batch
from catalystindex.synthetic.export.base import FileEntry, FolderExporter, Needs, form_of
from catalystindex.synthetic.export.csv_table import read_csv
from catalystindex.synthetic.export.event_log import LogExporter, into_log
from catalystindex.synthetic.export.formats import FILE_TYPES
from catalystindex.synthetic.export.groups import RowGroups
from support.event_strategies import events

NEWS = AnnouncementEvent(
    entity_id="n",
    event_time=1,
    source="s",
    payload=Announcement(issuer="c", headline='says "no"'),
)

Reader = Callable[[str, Path], list[Event]]


def _read_jsonl(kind: str, path: Path) -> list[Event]:
    return [codec.decode(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _read_json(kind: str, path: Path) -> list[Event]:
    whole = json.loads(path.read_bytes())
    return [codec.decode(json.dumps(one).encode()) for one in whole]


def _read_csv(kind: str, path: Path) -> list[Event]:
    return [event for batch in read_csv(kind, path) for event in batch_to_events(kind, batch)]


def _of_table(kind: str, table: pa.Table) -> list[Event]:
    assert table.schema.names == schema_of(kind).names
    assert kind_of_schema(table.schema) == kind
    return [event for batch in table.to_batches() for event in batch_to_events(kind, batch)]


def _read_parquet(kind: str, path: Path) -> list[Event]:
    return _of_table(kind, pq.read_table(path))


def _read_arrow(kind: str, path: Path) -> list[Event]:
    return _of_table(kind, pa.ipc.open_file(str(path)).read_all())


READERS: dict[str, Reader] = {
    "json": _read_json,
    "jsonl": _read_jsonl,
    "csv": _read_csv,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
}


def _batches(kind: str, made: list[Event], needs: Needs) -> list[pa.RecordBatch]:
    """The events in two batches, as they come from two days."""
    whole = events_to_batch(kind, made).drop_columns(["event_id"])
    half = max(1, len(made) // 2)
    parts = [whole.slice(0, half), whole.slice(half)]
    return [form_of(seal_batch(kind, part), needs) for part in parts if part.num_rows]


def _export(folder: Path, form: str, kind: str, made: list[Event]) -> FileEntry:
    exporter = FolderExporter(folder, FILE_TYPES[form])
    for batch in _batches(kind, made, FILE_TYPES[form].needs):
        exporter.write(kind, batch)
    (entry,) = exporter.close()
    return entry


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_every_kind_comes_back_from_every_format(
    form: str, kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("export")
    made = data.draw(st.lists(events(kind), min_size=1, max_size=5))
    entry = _export(folder, form, kind, made)
    path = folder / entry.name
    read = READERS[form](kind, path)
    assert read == [codec.decode(codec.seal(event).data) for event in made]
    assert entry == FileEntry(
        f"{kind}.{form}",
        kind,
        len(made),
        path.stat().st_size,
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def test_every_format_has_a_reader_here() -> None:
    assert set(READERS) == set(FILE_TYPES)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=2, deadline=None, phases=[Phase.generate])
def test_the_log_gets_every_kind(kind: str, data: st.DataObject) -> None:
    made = data.draw(events(kind))
    sent: list[Message] = []
    exporter = LogExporter(sent.extend)
    for batch in _batches(kind, [made], Needs.BYTES):
        exporter.write(kind, batch)
    assert exporter.close() == []
    sealed = codec.seal(made)
    assert sent == [Message(made.entity_id, sealed.event_id, made.event_time, sealed.data)]


def test_the_log_is_that_of_the_tenant() -> None:
    got: list[tuple[Tenant, int]] = []

    class Log:
        def append(self, tenant: Tenant, messages: Sequence[Message]) -> list[Appended]:
            got.append((tenant, len(messages)))
            return []

    tenant = make_tenant("bank", "aml", "ada")
    exporter = into_log(cast("EventLog", Log()), tenant)
    for batch in _batches("announcement", [NEWS], Needs.BYTES):
        exporter.write("announcement", batch)
    assert got == [(tenant, 1)]


def test_the_log_gets_no_more_than_it_takes_at_once() -> None:
    sizes: list[int] = []
    rows = MAX_APPEND + 1
    batch = pa.RecordBatch.from_pydict(
        {
            "event_id": pa.array(["e"] * rows),
            "entity_id": pa.array(["x"] * rows),
            "event_time": pa.array([0] * rows),
            "wire": pa.array(["{}"] * rows),
        }
    )
    LogExporter(lambda messages: sizes.append(len(messages))).write("person", batch)
    assert sizes == [MAX_APPEND, 1]


def test_null_and_empty_text_differ_in_csv(tmp_path: Path) -> None:
    entry = _export(tmp_path, "csv", "announcement", [NEWS])
    text = (tmp_path / entry.name).read_text()
    assert text.endswith(',"says ""no""",,"other",""\n')
    assert ",1970-01-01 00:00:00.000001Z," in text


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '"event_id"\n'])
def test_another_csv_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "person.csv"
    path.write_text(text)
    with pytest.raises(EventFileInvalid, match=r"person\.csv is no CSV of person events"):
        list(read_csv("person", path))


def test_groups_do_not_show_how_rows_came() -> None:
    whole = pa.RecordBatch.from_pydict({"a": pa.array([str(one) for one in range(100)])})

    def groups(step: int) -> list[list[str | None]]:
        made = RowGroups(33)
        tables = [
            table for begin in range(0, 100, step) for table in made.add(whole.slice(begin, step))
        ]
        return [table.column("a").to_pylist() for table in (*tables, *made.rest())]

    assert [len(group) for group in groups(100)] == [33, 33, 33, 1]
    assert groups(1) == groups(7) == groups(100)


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "announcement.jsonl").write_text("mine")
    with pytest.raises(FileExistsError):
        _export(tmp_path, "jsonl", "announcement", [NEWS])
    assert (tmp_path / "announcement.jsonl").read_text() == "mine"
