"""Office documents for tests: made by the office libraries, then given what those cannot write."""

import os
import zipfile
from base64 import b64decode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.documents.parse.context import ParseContext
from support.documents import ROOT

SCHEMAS = "http://schemas.openxmlformats.org"
RELATION = f"{SCHEMAS}/officeDocument/2006/relationships"
W = f'xmlns:w="{SCHEMAS}/wordprocessingml/2006/main" xmlns:r="{RELATION}"'
A = f'xmlns:a="{SCHEMAS}/drawingml/2006/main" xmlns:r="{RELATION}"'
P = f'xmlns:p="{SCHEMAS}/presentationml/2006/main" {A}'
REAL = (
    Path(os.environ.get("CATALYST_BENCH_DATA", ROOT.parent / "shared" / "data"))
    / "documents"
    / "office"
)
PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture (PNG) of one pixel."""


def context(**parsing: str) -> ParseContext:
    return ParseContext(LimitsSettings(), ParsingSettings.model_validate(parsing))


def real(name: str) -> bytes:
    """Return a real document, or skip the test."""
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"no {name} at {REAL}: set CATALYST_BENCH_DATA to the data folder")
    return path.read_bytes()


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def with_part(
    data: bytes, owner: str, kind: str, name: str, xml: str, relation_id: str = "rIdTest"
) -> bytes:
    """Return a package with one more part, to which another part refers."""
    parts = entries(data)
    folder, _, file = owner.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    entry = (
        f'<Relationship Id="{relation_id}" Type="{RELATION}/{kind}" Target="/{name}"/>'
        "</Relationships>"
    )
    empty = f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships"></Relationships>'
    old = parts.get(relations, empty.encode()).replace(b"/>", b"/>", 1)
    if old.rstrip().endswith(b"/>"):
        old = empty.encode()
    parts[relations] = old.replace(b"</Relationships>", entry.encode())
    parts[name] = xml.encode()
    return zipped(parts)


def replaced(data: bytes, name: str, old: str, new: str) -> bytes:
    """Return a package with a text of one part replaced; it must be there."""
    parts = entries(data)
    assert old.encode() in parts[name], old
    parts[name] = parts[name].replace(old.encode(), new.encode())
    return zipped(parts)
