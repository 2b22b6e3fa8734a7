"""Kinds of text, which look alike: told apart by declaration, then name, then how they read."""

import csv
import re
from pathlib import PurePosixPath

import msgspec

from catalystindex.documents.parse.kinds import (
    CSV,
    EML,
    HTML,
    JSON,
    JSON_LINES,
    MARKDOWN,
    PLAIN,
    TEXT_KINDS,
    TSV,
)
from catalystindex.documents.parse.text import wide_encoding

HEAD = 4096
TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SUFFIXES = {
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".mdown": MARKDOWN,
    ".csv": CSV,
    ".tsv": TSV,
    ".tab": TSV,
    ".json": JSON,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".eml": EML,
    ".mbox": EML,
}
WEB_SUFFIXES = (".html", ".htm", ".xhtml")
HTML_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body")
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]")
MAIL_HEADERS = frozenset({b"from", b"to", b"subject", b"date"})
MACHINE_HEADERS = frozenset({b"message-id", b"mime-version", b"received", b"return-path"})
"""What only mail programs write: people type From, To and Subject into notes."""
MIN_ROWS, MIN_COLUMNS, MAX_CELL = 4, 3, 60


def text_kind(data: bytes, filename: str, declared: str | None) -> str | None:
    """Return the kind of text, or None for bytes that are no text."""
    head = data[:HEAD]
    if b"\x00" in head and not head.startswith(TEXT_BOMS) and wide_encoding(head) is None:
        return None
    if _looks_like_xml(head):
        return None
    named = (declared or "").partition(";")[0].strip().lower()
    if named in TEXT_KINDS:
        return named
    suffix = PurePosixPath(filename).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if _looks_like_mail(head):
        return EML
    if suffix in WEB_SUFFIXES or _looks_like_html(head):
        return HTML
    return _structured(data, head) or PLAIN


def _looks_like_xml(head: bytes) -> bool:
    """Tell whether the text is XML other than a web page: its markup is not what it says."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<?xml") and not _looks_like_html(start.partition(b"?>")[2])


def _looks_like_html(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return any(mark in start[:512] for mark in HTML_MARKS)


def _looks_like_mail(head: bytes) -> bool:
    """Tell whether the text begins with a block of header fields (RFC 5322)."""
    names = set()
    if head.startswith(b"From "):  # a mailbox (RFC 4155)
        head = head.partition(b"\n")[2]
    for line in head.replace(b"\r\n", b"\n").split(b"\n"):
        field = _HEADER.match(line)
        if field:
            names.add(field[1].lower())
        elif not (names and line.startswith((b" ", b"\t"))):
            break
    return bool(names & MACHINE_HEADERS) and bool(names & MAIL_HEADERS)


def _structured(data: bytes, head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        body = data.removeprefix(b"\xef\xbb\xbf").strip()
        if _is_json(body):
            return JSON
        first, _, rest = body.partition(b"\n")
        second = rest.lstrip().partition(b"\n")[0]
        if first.startswith(b"{") and _is_json(first) and _is_json(second):
            return JSON_LINES
    return _table_kind(head)


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _table_kind(head: bytes) -> str | None:
    """Return CSV or TSV if every whole line has the same number of short cells."""
    lines = head.decode("utf-8", "replace").splitlines()[: 50 if len(head) < HEAD else -1]
    rows = [line for line in lines if line.strip()]
    if len(rows) < MIN_ROWS:
        return None
    kinds = (("\t", TSV), (",", CSV), (";", CSV), ("|", CSV))
    return next((kind for delimiter, kind in kinds if _is_even(rows, delimiter)), None)


def _is_even(rows: list[str], delimiter: str) -> bool:
    cells = list(csv.reader(rows, delimiter=delimiter))
    widths = {len(row) for row in cells}
    short = all(len(cell) <= MAX_CELL for row in cells for cell in row)
    return len(widths) == 1 and min(widths) >= MIN_COLUMNS and short
