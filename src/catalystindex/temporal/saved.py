"""A window on disk: Arrow IPC files and a manifest that names them with size and checksum.

The manifest is what a window is: it is put in place last, in one step, so that a folder holds the
old window or the new one, whenever the machine stops. Files are named by their content.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.stores.disk import sync_file, sync_folder

FORMAT: Final = "catalystindex-window"
VERSION: Final = 1
MANIFEST: Final = "window.json"

NAMES: Final = ("accounts", "parties", "branches", "purposes")
_PARTS: Final = ("rows", *NAMES)
_LONGEST_MANIFEST: Final = 65_536
_ROWS_AT_ONCE: Final = 1 << 20

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class WindowState:
    """What a window is, apart from what follows from it."""

    keep: int
    evidence: bool
    last_time: int
    """Time of the newest payment there ever was."""
    rows: Arrays
    """Columns of the payments that have not expired."""
    names: Mapping[str, Sequence[str]]
    """By `NAMES`: names in the order of their codes."""
    activity: Arrays
    """``first`` and ``last`` of each account, by code."""


def save(state: WindowState, folder: Path) -> None:
    """Save a window in a folder, in place of the one that is there. One process at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"rows": pa.table(dict(state.rows))}
    for kind in NAMES:
        tables[kind] = pa.table({"name": pa.array(state.names[kind], pa.string())})
    for name, values in state.activity.items():
        tables["accounts"] = tables["accounts"].append_column(name, pa.array(values))
    files = {part: _write(table, folder, part) for part, table in tables.items()}
    body = {
        "format": FORMAT,
        "version": VERSION,
        "keep": state.keep,
        "evidence": state.evidence,
        "last_time": state.last_time,
        "files": files,
    }
    fresh = folder / f"{MANIFEST}.part"
    fresh.write_text(json.dumps({**body, "checksum": _checksum(body)}, indent=2))
    sync_file(fresh)
    sync_folder(folder)
    fresh.replace(folder / MANIFEST)
    sync_folder(folder)
    _clear(folder, {entry["file"] for entry in files.values()})


def load(folder: Path, kinds: Mapping[str, type[np.generic]]) -> WindowState:
    """Read a saved window whose rows may have columns of these kinds.

    Raises `WindowFileInvalid` for what is not whole, or not a window of this version.
    """
    body = _manifest(folder)
    try:
        tables = {part: _read(folder, body["files"][part]) for part in _PARTS}
        rows = _arrays(tables["rows"], {name: kinds[name] for name in tables["rows"].column_names})
        names = {kind: _strings(tables[kind]) for kind in NAMES}
        activity = _arrays(tables["accounts"], {"first": np.int64, "last": np.int64})
        keep, evidence, last = int(body["keep"]), bool(body["evidence"]), int(body["last_time"])
    except (KeyError, TypeError, ValueError, OSError, pa.ArrowException) as error:
        raise WindowFileInvalid(f"the saved window cannot be read: {error}") from error
    return WindowState(keep, evidence, last, rows, names, activity)


def _checksum(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(table: pa.Table, folder: Path, part: str) -> dict[str, Any]:
    fresh = folder / f"{part}.part"
    with pa.ipc.new_file(str(fresh), table.schema) as writer:
        writer.write_table(table, max_chunksize=_ROWS_AT_ONCE)
    sync_file(fresh)
    digest = _digest(fresh)
    path = folder / f"{part}-{digest[:16]}.arrow"
    fresh.replace(path)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest}


def _clear(folder: Path, named: set[str]) -> None:
    """Remove files of windows that were saved before, or not to the end."""
    for part in _PARTS:
        for path in folder.glob(f"{part}-{'[0-9a-f]' * 16}.arrow"):
            if path.name not in named:
                path.unlink()
        (folder / f"{part}.part").unlink(missing_ok=True)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        with (folder / MANIFEST).open("rb") as file:
            text = file.read(_LONGEST_MANIFEST)
        body = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise WindowFileInvalid(
            f"the manifest of a saved window cannot be read: {error}"
        ) from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise WindowFileInvalid("the folder does not hold a saved window")
    if body.get("version") != VERSION:
        raise WindowFileInvalid(
            f"the window was saved in version {str(body.get('version'))[:20]} of the format; "
            f"this release reads version {VERSION}"
        )
    if body.pop("checksum", None) != _checksum(body):
        raise WindowFileInvalid("the manifest of the saved window was changed or damaged")
    return body


def _read(folder: Path, entry: Mapping[str, Any]) -> pa.Table:
    path = folder / Path(entry["file"]).name
    if path.stat().st_size != entry["bytes"] or _digest(path) != entry["sha256"]:
        raise WindowFileInvalid(f"the file {path.name} of the saved window is damaged")
    with pa.ipc.open_file(str(path)) as reader:
        return reader.read_all()


def _strings(table: pa.Table) -> list[str]:
    column = table["name"]
    if column.null_count or column.type != pa.string():
        raise WindowFileInvalid("the names of the saved window have another type")
    return [str(name) for name in column.to_pylist()]


def _arrays(table: pa.Table, kinds: Mapping[str, type[np.generic]]) -> Arrays:
    arrays = {}
    for name, kind in kinds.items():
        column = table[name]
        if column.null_count or column.type != pa.from_numpy_dtype(np.dtype(kind)):
            raise WindowFileInvalid(f"the column {name!r} of the saved window has another type")
        arrays[name] = column.to_numpy()
    return arrays
