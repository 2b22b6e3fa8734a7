"""Lines of a collection's files, plain or gzipped; what is wrong is named by file and line."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from catalystindex.model.errors import EvaluationDataMissing, InvalidRequest

MAX_LINE = 64 << 20
"""Bytes of one line: a longer one is no document of a collection."""

GZIP = ".gz"


class Line:
    """A line with its place, for what may be wrong with it."""

    def __init__(self, file: Path, number: int, text: str) -> None:
        self.file, self.number, self.text = file, number, text

    def wrong(self, what: str) -> InvalidRequest:
        """Return the error that names this line."""
        return InvalidRequest(
            f"{self.file}, line {self.number}: {what}", file=str(self.file), line=self.number
        )


def existing(folder: Path, name: str) -> Path | None:
    """Return the file of this name in a folder, plain or else gzipped; None without either."""
    candidates = (folder / name, folder / f"{name}{GZIP}")
    return next((path for path in candidates if path.is_file()), None)


def required(folder: Path, name: str) -> Path:
    """Return the file of this name. Raises `EvaluationDataMissing`."""
    found = existing(folder, name)
    if found is None:
        raise EvaluationDataMissing(
            f"There is no {name} in {folder}: a collection in BEIR's layout has corpus.jsonl, "
            "queries.jsonl and qrels/test.tsv.",
            file=name,
        )
    return found


def read_lines(file: Path) -> Iterator[Line]:
    """Yield the lines that are not blank. Raises `InvalidRequest` for what is not UTF-8."""
    number = 0
    try:
        with _open(file) as stream:
            while raw := stream.readline(MAX_LINE + 1):
                number += 1
                line = Line(file, number, "")
                if len(raw) > MAX_LINE:
                    raise line.wrong(f"longer than {MAX_LINE >> 20} MiB")
                line.text = _text(raw, line)
                if line.text.strip():
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidRequest(f"{file}, after line {number}: {error}", file=str(file)) from error


def read_objects(file: Path) -> Iterator[tuple[Line, Mapping[str, object]]]:
    """Yield the JSON object of every line. Raises `InvalidRequest`."""
    for line in read_lines(file):
        try:
            value = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            raise line.wrong(f"not JSON ({error})") from error
        if not isinstance(value, dict):
            raise line.wrong("not a JSON object")
        yield line, value


def identifier(line: Line, fields: Mapping[str, object]) -> str:
    """Return ``_id`` (or ``id``) as text; some collections write numbers."""
    value = fields.get("_id", fields.get("id"))
    if isinstance(value, bool) or not isinstance(value, str | int) or str(value).strip() == "":
        raise line.wrong("no '_id' that is a text or a whole number")
    if _whole(str(value)) != str(value):
        raise line.wrong("an id with half a character (a lone surrogate)")
    return str(value)


def text_field(line: Line, fields: Mapping[str, object], name: str) -> str:
    """Return a field that may be missing or null: then it is blank."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise line.wrong(f"'{name}' is not a text")
    return _whole(value)


def _whole(text: str) -> str:
    """Return text with lone surrogates, which JSON may escape, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _open(file: Path) -> BinaryIO:
    if file.suffix == GZIP:
        return cast(BinaryIO, gzip.open(file, "rb"))
    return file.open("rb")


def _text(raw: bytes, line: Line) -> str:
    try:
        return raw.decode("utf-8-sig" if line.number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise line.wrong("not UTF-8") from error
