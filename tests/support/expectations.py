"""The expectations of the shared real documents, and how a document is held to one of them."""

import os
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from catalystindex.config.sections import ParsingSettings
from catalystindex.documents.ocr.lazy import LazyRecogniser
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.parsed import ParsedDocument
from support.documents import ROOT

EXPECTATIONS = ROOT / "tests" / "expectations" / "documents.toml"
RECOGNISER = LazyRecogniser(0)
REGISTRY = load_registry(ParsingSettings())


def real_documents() -> Path | None:
    """Return the folder of real documents: CATALYST_BENCH_DATA, else beside the repository."""
    root = Path(os.environ.get("CATALYST_BENCH_DATA") or ROOT.parent / "shared" / "data")
    folder = root / "documents"
    return folder if folder.is_dir() else None


@cache
def expectations() -> dict[str, dict[str, Any]]:
    loaded = tomllib.loads(EXPECTATIONS.read_text())
    return {one["path"]: one for one in loaded["file"]}


def read_real(path: Path) -> ParsedDocument:
    data = path.read_bytes()
    kind = detect_media_type(data, path.name, None)
    return REGISTRY.parse(data, kind, ParseContext(recogniser=RECOGNISER))


def shortfalls(parsed: ParsedDocument, expected: dict[str, Any]) -> list[str]:
    """Return what a document lacks of what is expected, in words."""
    return [*_counts(parsed, expected), *_phrases(parsed, expected), *_rows(parsed, expected)]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def _counts(parsed: ParsedDocument, expected: dict[str, Any]) -> Iterator[str]:
    if parsed.pages != expected.get("pages"):
        yield f"pages: {parsed.pages}, expected {expected.get('pages')}"
    recognised = [page.number for page in parsed.page_readings if page.state == "ocr"]
    if recognised != expected.get("ocr", []):
        yield f"recognised pages: {recognised}, expected {expected.get('ocr', [])}"
    language = expected.get("language")
    if language is not None and parsed.facts.language != language:
        yield f"language: {parsed.facts.language}, expected {language}"
    for text in expected.get("absent", ()):
        if squeezed(text) in squeezed(parsed.text):
            yield f"should not be there: {text!r}"


def _phrases(parsed: ParsedDocument, expected: dict[str, Any]) -> Iterator[str]:
    for page, phrase in expected.get("phrases", ()):
        if squeezed(phrase) not in page_text(parsed, page):
            yield f"page {page} lacks {phrase!r}"


def page_text(parsed: ParsedDocument, page: int) -> str:
    """Return the text of the blocks that touch a page (0: of all), white space squeezed."""
    blocks = [
        block
        for block in parsed.blocks
        if page == 0 or (block.page or 0) <= page <= (block.last_page or 0)
    ]
    return squeezed(" ".join(parsed.text[block.start : block.end] for block in blocks))


def _rows(parsed: ParsedDocument, expected: dict[str, Any]) -> Iterator[str]:
    for page, *cells in expected.get("rows", ()):
        rows = [row for t in parsed.tables if (t.page or 0) == page for row in t.rows]
        if not any(_filled(row) == [squeezed(cell) for cell in cells] for row in rows):
            yield f"no table of page {page} has the row {cells}"


def _filled(row: Sequence[str]) -> list[str]:
    return [squeezed(cell) for cell in row if cell.strip()]
