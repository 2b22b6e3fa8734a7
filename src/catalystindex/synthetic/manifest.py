"""`manifest.json`: what a run wrote, and from what. A folder without one is an unfinished run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from catalystindex import __version__
from catalystindex.model.errors import ExportFailed
from catalystindex.model.events.envelope import KINDS, SCHEMA_VERSION
from catalystindex.synthetic.export.base import FileEntry
from catalystindex.synthetic.parts import Part
from catalystindex.synthetic.truth import Truth

MANIFEST_FILE: Final = "manifest.json"
MAX_BYTES: Final = 1 << 20
"""Of a manifest that is read: a run writes a few kilobytes."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FileLine(msgspec.Struct, frozen=True):
    """A file of the run; ``kind`` is null for the truth."""

    name: str
    kind: str | None
    rows: int
    bytes: int
    sha256: str


class TypologyLine(msgspec.Struct):
    """How much of a typology was planted."""

    patterns: int = 0
    lookalikes: int = 0
    """Of the patterns: those that are lawful."""
    events: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run wrote. It says nothing of when or where, so equal runs have equal manifests."""

    product: str = f"catalystindex {__version__}"
    pyarrow: str = pa.__version__
    """Parquet files are the same only under the same version."""
    schema_version: int = SCHEMA_VERSION
    format: str
    config: dict[str, Any]
    events: int
    kinds: dict[str, int]
    """Events by kind, in order of the schema."""
    typologies: dict[str, TypologyLine]
    first_event: str | None
    last_event: str | None
    """ISO 8601 in UTC."""
    files: list[FileLine]


class Counts:
    """Counts what goes by."""

    def __init__(self) -> None:
        self.events = 0
        self._kinds: dict[str, int] = {}
        self._typologies: dict[str, TypologyLine] = {}
        self._first: int | None = None
        self._last: int | None = None

    def add(self, part: Part) -> None:
        """Count a part."""
        rows = part.events.num_rows
        self.events += rows
        self._kinds[part.kind] = self._kinds.get(part.kind, 0) + rows
        self._first = part.first if self._first is None else min(self._first, part.first)
        self._last = part.last if self._last is None else max(self._last, part.last)

    def add_truth(self, truth: Truth) -> None:
        """Count a pattern."""
        line = self._typologies.setdefault(truth.typology, TypologyLine())
        line.patterns += 1
        line.lookalikes += truth.lookalike
        line.events += len(truth.event_ids)

    def manifest(
        self, form: str, config: Mapping[str, object], files: Sequence[FileEntry]
    ) -> Manifest:
        """Return what to write down."""
        return Manifest(
            format=form,
            config=dict(config),
            events=self.events,
            kinds={kind: self._kinds[kind] for kind in KINDS if kind in self._kinds},
            typologies={name: self._typologies[name] for name in sorted(self._typologies)},
            first_event=_instant(self._first),
            last_event=_instant(self._last),
            files=[FileLine(*entry) for entry in files],
        )


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the bytes of the file."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(path: Path) -> Manifest:
    """Return what a run wrote down. Raises `ExportFailed` where that is no manifest, `OSError`."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    try:
        if len(data) > MAX_BYTES:
            raise ExportFailed(f"{path.name} is larger than a manifest is", file=path.name)
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ExportFailed(f"{path.name} is no manifest: {error}", file=path.name) from None


def _instant(micros: int | None) -> str | None:
    return None if micros is None else (_EPOCH + timedelta(microseconds=micros)).isoformat()
