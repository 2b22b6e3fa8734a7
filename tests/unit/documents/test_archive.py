"""Archives are opened only after a look at what they claim, and a check that it is true."""

import random
import struct
import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest

from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.documents.parse.archive import open_archive, read_entry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentWithMacros,
    EncryptedDocument,
    ExpandsTooMuch,
)

MEBIBYTE = 1024 * 1024


def packed(entries: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", how) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return file.getvalue()


SMALL = packed({"a.xml": b"<a/>" * 50, "b.xml": b"<b/>"})


def test_entries_are_read_and_others_are_not_there() -> None:
    archive = open_archive(SMALL, ParseContext())
    assert read_entry(archive, "b.xml") == b"<b/>"
    assert read_entry(archive, "c.xml") is None


def test_what_is_unpacked_counts() -> None:
    context = ParseContext()
    open_archive(SMALL, context)
    assert context.used.unpacked_bytes == 204


@pytest.mark.parametrize("size", range(0, len(SMALL), 11))
def test_a_cut_archive_is_damaged(size: int) -> None:
    with pytest.raises(CorruptDocument):
        open_archive(SMALL[:size], ParseContext())


def test_a_changed_entry_is_damaged() -> None:
    stored = packed({"a.xml": b"The sum is 100."}, zipfile.ZIP_STORED)
    with pytest.raises(CorruptDocument, match=r"a\.xml"):
        open_archive(stored.replace(b"sum is 100", b"sum is 900"), ParseContext())


def test_an_entry_that_lies_about_its_length_is_damaged() -> None:
    data = bytearray(packed({"a.xml": b"x" * 5000}))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    with pytest.raises(DocumentError):
        open_archive(bytes(data), ParseContext())


def test_a_protected_entry_asks_for_the_password() -> None:
    data = bytearray(SMALL)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    with pytest.raises(EncryptedDocument):
        open_archive(bytes(data), ParseContext())


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    data = packed({"a.bin": bytes(2 * MEBIBYTE)})
    with pytest.raises(ExpandsTooMuch):
        open_archive(data, ParseContext(LimitsSettings(max_unpacked_bytes=MEBIBYTE)))


def test_an_archive_that_unpacks_to_many_times_its_size_is_refused() -> None:
    dense = packed({"a.bin": bytes(17 * MEBIBYTE)})
    with pytest.raises(ExpandsTooMuch, match="times its size"):
        open_archive(dense, ParseContext())
    open_archive(packed({"a.bin": bytes(15 * MEBIBYTE)}), ParseContext())


def test_more_entries_than_allowed_are_refused() -> None:
    data = packed({f"{at}.xml": b"" for at in range(20)})
    with pytest.raises(ExpandsTooMuch, match="20"):
        open_archive(data, ParseContext(LimitsSettings(max_archive_entries=10)))


def test_archives_inside_one_another_share_the_bound() -> None:
    context = ParseContext(LimitsSettings(max_unpacked_bytes=MEBIBYTE))
    part = packed({"a.bin": random.Random(1).randbytes(700_000)})
    open_archive(part, context)
    with pytest.raises(ExpandsTooMuch):
        open_archive(part, context.inner())


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "xl/VBAPROJECT.BIN"])
def test_macros_are_refused_unless_they_are_to_be_ignored(name: str) -> None:
    data = packed({"a.xml": b"<a/>", name: b"code"})
    with pytest.raises(DocumentWithMacros, match="macros"):
        open_archive(data, ParseContext())
    settings = ParsingSettings(macros="ignore")
    assert read_entry(open_archive(data, ParseContext(parsing=settings)), "a.xml") == b"<a/>"


@pytest.mark.parametrize("seed", range(6))
def test_damaged_archives_give_typed_errors(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(300):
        data = bytearray(SMALL)
        for _ in range(dice.choice((1, 2, 9))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            archive = open_archive(bytes(data), ParseContext())
            for name in archive.namelist():
                read_entry(archive, name)
        except DocumentError:
            continue
