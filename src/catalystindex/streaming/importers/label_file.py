"""Labels as JSON lines: which payments and accounts are part of laundering or fraud.

`catalystctl events labels` writes such a file of a simulator's answers; any other source of labels
may write one too. A line that is not there says nothing: what has no label counts as lawful.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from catalystindex.model.errors import EventFileInvalid
from catalystindex.streaming.importers.labels import Label
from catalystindex.streaming.importers.lines import FileEnded, Line, lines, opened

ACCOUNT: Final = "account"
TRANSACTION: Final = "transaction"
MAX_CHARS: Final = 256
MAX_BYTES: Final = 1 << 30
"""Of a file, unpacked."""
MAX_LABELS: Final = 20_000_000
"""Of a file: they are all held in memory to be measured against."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CHARS)]


class LabelLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A line of the file. A payment may be in several patterns, each on a line of its own."""

    entity_id: Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]
    kind: Literal["transaction", "account"] = TRANSACTION
    pattern: Name | None = None
    """Which payments belong together; without it, it is only known to be abuse."""
    typology: Name | None = None
    """As detectors name it (`catalystctl detectors list`)."""
    positive: bool = True
    """A line that says False is as good as none."""


def line_of(label: Label) -> LabelLine:
    """Return a label as a line; a pattern or typology without a name is none.

    Raises `EventFileInvalid` for what `read_labels` would refuse.
    """
    said = {
        "entity_id": label.entity_id,
        "kind": label.kind,
        "pattern": label.pattern or None,
        "typology": label.typology or None,
        "positive": label.positive,
    }
    try:
        return msgspec.convert(said, LabelLine)  # structs made in Python are not checked
    except msgspec.ValidationError as error:
        raise EventFileInvalid(f"the label of {label.entity_id[:80]!r}: {error}") from None


def write_labels(path: Path, found: Iterable[LabelLine]) -> None:
    """Write those that are positive. The file is there when all of it is. Raises `OSError`."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            for line in found:
                if line.positive:
                    file.write(msgspec.json.encode(line) + b"\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_labels(path: Path) -> Iterator[LabelLine]:
    """Give out the lines of a file, without empty ones.

    Raises `EventFileInvalid` with the line where it is none: labels that are wrong in one place are
    not used at all; `OSError`.
    """
    decoder = msgspec.json.Decoder(LabelLine)
    with opened(path) as stream:
        try:
            for number, data in _bounded(path.name, lines(stream)):
                yield _decoded(decoder, data, f"{path.name}, line {number}")
        except FileEnded as error:
            raise EventFileInvalid(f"{path.name} cannot be read to its end: {error}") from None


def _bounded(name: str, found: Iterator[Line]) -> Iterator[tuple[int, bytes]]:
    """Give out lines that are not empty, by number; a small packed file may hold very many."""
    size = count = 0
    for number, data, whole in found:
        if not whole:
            raise EventFileInvalid(f"{name}, line {number} is longer than a label is")
        size += len(data) + 1
        if size > MAX_BYTES:
            raise EventFileInvalid(f"{name} is larger than {MAX_BYTES:,} bytes, unpacked")
        if data.strip():
            count += 1
            if count > MAX_LABELS:
                raise EventFileInvalid(f"{name} has more than {MAX_LABELS:,} labels")
            yield number, data


def _decoded(decoder: "msgspec.json.Decoder[LabelLine]", data: bytes, place: str) -> LabelLine:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EventFileInvalid(f"{place} is no label: {error}") from None
