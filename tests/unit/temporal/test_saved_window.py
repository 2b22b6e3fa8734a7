"""A saved window goes on as if it had never been saved; what is damaged is refused."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.temporal import saved
from catalystindex.temporal.window import Window
from support.windows import content_of, cut, payments_of, random_rows, window_of

ACCOUNTS = 9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a saved window of 60 payments."""
    made = window_of(30, ACCOUNTS)
    made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=30)))
    made.save(tmp_path / "window")
    return tmp_path / "window"


@pytest.mark.parametrize("seed", range(60))
def test_a_window_that_was_saved_and_loaded_goes_on_as_before(seed: int, tmp_path: Path) -> None:
    rows = random_rows(seed, count=80, accounts=ACCOUNTS, span=60)
    never, now = window_of(seed + 1, ACCOUNTS), window_of(seed + 1, ACCOUNTS)
    for number, batch in enumerate(cut(seed, rows, 9)):
        never.append(payments_of(batch))
        now.append(payments_of(batch))
        if number % 3 == seed % 3:
            now.save(tmp_path)
            now = Window.load(tmp_path)
        assert content_of(now) == content_of(never)
        assert (now.keep, now.last_time) == (never.keep, never.last_time)
    assert now.codes.accounts.names == never.codes.accounts.names


def test_evidence_codes_and_a_window_without_evidence_come_back(tmp_path: Path) -> None:
    for evidence in (True, False):
        made = window_of(30, ACCOUNTS, evidence=evidence)
        made.codes.parties.code("Ärzte & Co")
        made.codes.branches.code("north")
        made.codes.purposes.code("rent")
        made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=60)))
        made.expire(20)
        made.save(tmp_path)
        back = Window.load(tmp_path)
        names = [*made._columns.taken, "source_before", "target_before"]
        for name in names:
            before = made.column(name)[made.first - made.base : made.end - made.base]
            assert back.column(name)[: back.end].tolist() == before.tolist()
        assert back.codes.parties.names == ["Ärzte & Co"]
        assert (back.codes.branches.find("north"), back.codes.purposes.find("rent")) == (0, 0)
        assert back._columns.evidence == evidence


def test_an_empty_window_keeps_its_accounts_and_its_last_time(tmp_path: Path) -> None:
    made = window_of(30, ACCOUNTS)
    made.append(payments_of(random_rows(1, count=60, accounts=ACCOUNTS, span=60)))
    made.expire(10**6)
    made.save(tmp_path)
    back = Window.load(tmp_path)
    assert (back.size().rows, back.last_time) == (0, made.last_time)
    assert content_of(back) == content_of(made)


def test_the_last_window_is_there_when_saving_stops(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file it is that cannot be brought to disk: the folder holds the old window."""
    before = content_of(Window.load(folder))
    for good in range(6):
        calls = iter(range(100))

        def fails(path: Path, good: int = good, calls: object = calls) -> None:
            if next(calls) == good:  # type: ignore[call-overload]
                raise OSError(28, "No space left on device", str(path))

        made = Window.load(folder)
        made.append(
            payments_of(random_rows(2, count=60, accounts=ACCOUNTS, span=30 + good + 1)[-5:])
        )
        with monkeypatch.context() as patch:
            patch.setattr(saved, "sync_file", fails)
            with pytest.raises(OSError, match="No space"):
                made.save(folder)
        assert content_of(Window.load(folder)) == before


def test_files_of_older_windows_and_of_no_other_are_removed(folder: Path) -> None:
    (folder / "note.txt").write_text("mine")
    (folder / "rows.part").write_text("left by a save that stopped")
    made = Window.load(folder)
    made.append(payments_of(random_rows(2, count=60, accounts=ACCOUNTS, span=30)[-1:]))
    made.save(folder)
    files = sorted(path.name for path in folder.iterdir())
    assert len(files) == 7
    assert files.count("note.txt") == 1
    assert Window.load(folder).size().rows == made.size().rows


def test_each_damaged_byte_is_noticed(folder: Path, tmp_path: Path) -> None:
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 40)):
            copy = tmp_path / "copy"
            shutil.copytree(folder, copy)
            (copy / path.name).write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
            with pytest.raises(WindowFileInvalid):
                Window.load(copy)
            shutil.rmtree(copy)


def test_each_missing_or_shortened_file_is_noticed(folder: Path, tmp_path: Path) -> None:
    for path in sorted(folder.iterdir()):
        for length in (None, 0, path.stat().st_size - 1):
            copy = tmp_path / "copy"
            shutil.copytree(folder, copy)
            if length is None:
                (copy / path.name).unlink()
            else:
                (copy / path.name).write_bytes(path.read_bytes()[:length])
            with pytest.raises(WindowFileInvalid):
                Window.load(copy)
            shutil.rmtree(copy)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "other"}', "[" * 60_000, "\x00", '{"format": 1}']
)
def test_what_is_no_manifest_is_refused(folder: Path, text: str) -> None:
    (folder / "window.json").write_text(text)
    with pytest.raises(WindowFileInvalid):
        Window.load(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WindowFileInvalid, match="manifest"):
        Window.load(tmp_path / "nowhere")


def rewritten(folder: Path, change: dict[str, object]) -> None:
    """Change a manifest and give it the checksum of what it says now."""
    body = json.loads((folder / "window.json").read_text()) | change
    del body["checksum"]
    body["checksum"] = saved._checksum(body)
    (folder / "window.json").write_text(json.dumps(body))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"keep": 0},
        {"keep": "long"},
        {"files": {}},
        {"files": None},
        {"last_time": None},
    ],
)
def test_a_manifest_that_says_other_things_is_refused(
    folder: Path, change: dict[str, object]
) -> None:
    rewritten(folder, change)
    with pytest.raises(WindowFileInvalid):
        Window.load(folder)


def replaced(folder: Path, part: str, table: pa.Table) -> None:
    """Put a table in place of a part, with a true checksum: a file that another program wrote."""
    files = json.loads((folder / "window.json").read_text())["files"]
    rewritten(folder, {"files": files | {part: saved._write(table, folder, part)}})


def table_of(folder: Path, part: str) -> pa.Table:
    files = json.loads((folder / "window.json").read_text())["files"]
    with pa.ipc.open_file(str(folder / files[part]["file"])) as reader:
        return reader.read_all()


def test_parts_that_contradict_each_other_are_refused(folder: Path, tmp_path: Path) -> None:
    rows, accounts = table_of(folder, "rows"), table_of(folder, "accounts")
    wrong = [
        ("rows", rows.take(list(range(len(rows)))[::-1])),
        ("rows", rows.drop_columns(["amount"])),
        ("rows", rows.drop_columns(["target_before"])),
        ("rows", rows.append_column("colour", rows["time"])),
        ("rows", rows.set_column(0, rows.column_names[0], rows["time"])),
        ("accounts", accounts.slice(0, 3)),
        ("accounts", accounts.drop_columns(["last"])),
        ("accounts", pa.concat_tables([accounts, accounts])),
        ("accounts", accounts.set_column(0, "name", accounts["first"])),
        ("parties", pa.table({"other": pa.array(["a"])})),
    ]
    for part, table in wrong:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        replaced(copy, part, table)
        with pytest.raises(WindowFileInvalid):
            Window.load(copy)
        shutil.rmtree(copy)
