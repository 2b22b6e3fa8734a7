"""A file as parser events, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from lxml import etree

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.iso20022.guard import PROLOG_BYTES, check_prolog
from catalystindex.streaming.importers.lines import opened

_READ: Final = 64 << 10
MAX_BLOCK: Final = 16 << 20
"""Bytes of a record, or of anything else that has to be in memory at once."""
_MAX_CAUSE: Final = 300


class Seen(NamedTuple):
    """That an element began, or ended."""

    begins: bool
    element: etree._Element


class XmlFile:
    """A file that is parsed once, from which elements are taken when they are done with."""

    def __init__(self, path: Path, names: frozenset[str]) -> None:
        """Be told of elements of these local names."""
        self._path = path
        self._names = [f"{{*}}{name}" for name in sorted(names)]
        self._kept = 0
        self._held: Seen | None = None

    def events(self) -> Iterator[Seen]:
        """Give out where elements begin and end.

        One event is held back until the next one is there: by then the text after an element is
        complete, and the element can be taken out of the tree safely. Raises `EventFileInvalid`
        where it is no XML from there on; what stood before has been given out then. An error of
        the system (no such file) is passed on.
        """
        with opened(self._path) as file:
            yield from self._parsed(file)

    def take(self, element: etree._Element) -> None:
        """Remove an element that is done with from memory."""
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        self._kept = 0

    def _parsed(self, file: BinaryIO) -> Iterator[Seen]:
        data = _read(file, PROLOG_BYTES)
        check_prolog(data)
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=self._names,
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        fault: EventFileInvalid | None = None
        while data and fault is None:
            fault = _feed(parser, data)
            self._kept += len(data)
            yield from self._ready(parser)
            if self._kept > MAX_BLOCK:
                fault = fault or EventFileInvalid(f"no record ends within {MAX_BLOCK} bytes")
            data = _read(file, _READ)
        if self._held:
            yield self._held
        fault = fault or _close(parser)
        if fault:
            raise fault

    def _ready(self, parser: etree.XMLPullParser) -> Iterator[Seen]:
        for action, element in parser.read_events():
            if self._held:
                yield self._held
            else:
                _check_doctype(element)
            self._held = Seen(action == "start", element)


def _read(file: BinaryIO, size: int) -> bytes:
    """Read on. Raises `EventFileInvalid` where packed data is damaged or cut off."""
    try:
        return file.read(size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise EventFileInvalid(f"packed data is damaged or cut off: {error}") from None


def _check_doctype(element: etree._Element) -> None:
    """Look for a DOCTYPE a second time, by what the parser has found."""
    if element.getroottree().docinfo.doctype:
        raise EventFileInvalid("the file has a document type declaration (DOCTYPE)")


def _feed(parser: etree.XMLPullParser, data: bytes) -> EventFileInvalid | None:
    """Return why the parser cannot go on, if it cannot."""
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as error:
        return _broken(error)
    return None


def _close(parser: etree.XMLPullParser) -> EventFileInvalid | None:
    """Return why the file is not whole, if it is not."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        return _broken(error)
    return None


def _broken(error: etree.XMLSyntaxError) -> EventFileInvalid:
    return EventFileInvalid(f"the XML breaks off: {str(error.msg)[:_MAX_CAUSE]}", line=error.lineno)
