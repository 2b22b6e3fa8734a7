"""What reading gives for our own documents, in a form that is stored and compared line by line.

A golden file holds what a person has read and found right. Text that was recognised in pictures is
compared without white space, its confidence to one decimal, and places on its pages to 10 points.
"""

import difflib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from catalystindex.documents.ocr.lazy import LazyRecogniser
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.parsed import Box, Figure, ParsedDocument, Section, Table
from support.documents import REGISTRY, ROOT, SAMPLES, sample_bytes
from support.golden_documents import MADE

FOLDER = ROOT / "tests" / "golden"
ACCEPT = "python tools/golden.py --update"
RECOGNISER = LazyRecogniser(0)
FEW_CELLS = 80
"""Tables up to this size are stored whole, larger ones by their ends and a digest."""
SHORT_TEXT = 4_000
"""Characters up to which the text of a document is stored whole."""
BEGINNING = 60


@cache
def names() -> tuple[str, ...]:
    """Return the documents: samples by their path, made ones below ``made/``."""
    manifest = tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))
    return tuple(
        sorted([*(one["path"] for one in manifest["document"]), *(f"made/{n}" for n in MADE)])
    )


def document_bytes(name: str) -> bytes:
    folder, _, file = name.partition("/")
    return MADE[file].data if folder == "made" else sample_bytes(name)


def golden_file(name: str) -> Path:
    return FOLDER / f"{name.replace('/', '.')}.json"


def read_document(name: str) -> ParsedDocument:
    """Read a document as ingestion does: by its content, with recognition."""
    data = document_bytes(name)
    media_type = detect_media_type(data, Path(name).name, None)
    return REGISTRY.parse(data, media_type, ParseContext(recogniser=RECOGNISER))


def difference(name: str) -> str:
    """Return how reading differs from what is stored, as a unified diff; nothing if it does not."""
    file = golden_file(name)
    stored = file.read_text("utf-8") if file.is_file() else ""
    now = written(summary(read_document(name)))
    lines = (stored.splitlines(), now.splitlines())
    return "\n".join(difflib.unified_diff(*lines, f"golden/{file.name}", "now", lineterm=""))


def accept(name: str) -> bool:
    """Store what reading gives; tell whether that changed anything."""
    file, now = golden_file(name), written(summary(read_document(name)))
    if file.is_file() and file.read_text("utf-8") == now:
        return False
    file.write_text(now, "utf-8")
    return True


def leftovers() -> list[Path]:
    """Return golden files of documents that are no more."""
    return sorted(set(FOLDER.glob("*")) - {golden_file(name) for name in names()})


# --- what is stored ----------------------------------------------------------


def summary(parsed: ParsedDocument) -> dict[str, Any]:
    """Return what a reader would check a document for."""
    return _Summary(parsed).all()


class _Summary:
    """Puts a document into plain values; of what is absent or empty, nothing."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self._parsed = parsed
        self._ocr = any(page.state == "ocr" for page in parsed.page_readings)
        self._step = 10 if self._ocr else 1

    def all(self) -> dict[str, Any]:
        parsed = self._parsed
        text = self._fold(parsed.text)
        whole = len(parsed.text) <= SHORT_TEXT
        return {
            "media_type": parsed.media_type,
            "parser": parsed.parser.partition("/")[0],
            "title": self._fold(parsed.title),
            "pages": parsed.pages,
            "page_readings": [
                f"{page.number}: {page.state}, {page.width:.0f} x {page.height:.0f}"
                + (f", confidence {page.confidence:.1f}" if page.confidence is not None else "")
                for page in parsed.page_readings
            ],
            "facts": _present(
                {name: getattr(parsed.facts, name) for name in parsed.facts.__struct_fields__}
            ),
            "blocks": dict(Counter(block.kind for block in parsed.blocks)),
            "characters": len(text),
            "digest": _digest(text),
            "text": [
                self._fold(line)
                for block in parsed.blocks
                if whole
                for line in parsed.text[block.start : block.end].splitlines()
            ],
            "sections": [self._section(section) for section in parsed.sections],
            "tables": [self._table(table) for table in parsed.tables],
            "figures": [self._figure(figure) for figure in parsed.figures],
            "furniture": [
                f"{item.page}: {item.kind} {self._fold(item.text)!r}" for item in parsed.furniture
            ],
            "attachments": [
                _present(
                    {
                        "name": one.name,
                        "media_type": one.media_type,
                        "size_bytes": one.size_bytes,
                        "begins": self._begin(one.start, one.end),
                        "characters": (one.end or 0) - (one.start or 0),
                        "problem": one.problem_code,
                    }
                )
                for one in parsed.attachments
            ],
            "warnings": list(parsed.warnings),
        }

    def _section(self, section: Section) -> dict[str, Any]:
        text = self._fold(self._parsed.text[section.start : section.end])
        return _present(
            {
                "path": [self._fold(name) for name in section.heading_path],
                "pages": _pages(section.first_page, section.last_page),
                "boxes": [self._box(box) for box in section.boxes],
                "begins": self._begin(section.start, section.end),
                "characters": len(text),
                "digest": _digest(text)[:12],
            }
        )

    def _table(self, table: Table) -> dict[str, Any]:
        rows = [[self._fold(cell) for cell in row] for row in table.rows]
        small = len(rows) * len(rows[0]) <= FEW_CELLS
        return _present(
            {
                "caption": self._fold(table.caption),
                "page": table.page,
                "box": self._box(table.box),
                "header_rows": table.header_rows,
                "size": f"{len(rows)} x {len(rows[0])}",
                "rows": rows if small else [*rows[: max(table.header_rows, 1) + 2], rows[-1]],
                "digest": "" if small else _digest(json.dumps(rows))[:12],
            }
        )

    def _figure(self, figure: Figure) -> dict[str, Any]:
        return _present(
            {
                "page": figure.page,
                "box": self._box(figure.box),
                "caption": self._fold(figure.caption),
                "description": figure.description,
            }
        )

    def _begin(self, start: int | None, end: int | None) -> str | None:
        return self._fold(self._parsed.text[start:end])[:BEGINNING] if start is not None else None

    def _fold(self, text: str | None) -> str:
        """Return a text; what was recognised is compared without its white space."""
        return "".join((text or "").split()) if self._ocr else text or ""

    def _box(self, box: Box | None) -> list[int]:
        """Return a page, left, top, right and bottom."""
        if box is None:
            return []
        edges = (box.left, box.top, box.right, box.bottom)
        return [box.page, *(round(edge / self._step) * self._step for edge in edges)]


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}


def _pages(first: int | None, last: int | None) -> str | None:
    return f"{first}-{last}" if first is not None else None


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


# --- how it is written -------------------------------------------------------


def written(values: Mapping[str, Any]) -> str:
    """Return values as JSON, keys sorted, a list of plain values on one line but texts below."""
    return _json(_present(values), "") + "\n"


def _json(value: object, indent: str) -> str:
    inner = f"{indent}  "
    if isinstance(value, dict):
        items = [f"{_plain(key)}: {_json(value[key], inner)}" for key in sorted(value)]
        return _spread("{", items, "}", indent)
    if isinstance(value, list) and not _is_short(value):
        return _spread("[", [_json(one, inner) for one in value], "]", indent)
    return _plain(value)


def _spread(opening: str, items: Sequence[str], closing: str, indent: str) -> str:
    body: Iterable[str] = (f"{indent}  {item}" for item in items)
    return "\n".join([opening, ",\n".join(body), indent + closing])


def _is_short(values: Sequence[Any]) -> bool:
    plain = not any(isinstance(one, dict | list) for one in values)
    return not values or (plain and len(_plain(values)) <= 160)


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
