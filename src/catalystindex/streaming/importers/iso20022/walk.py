"""Going through a file: its messages, their headers, groups and records, one after the other."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.iso20022.families import (
    DOCUMENT,
    FAMILIES,
    HEADER,
    Family,
)
from catalystindex.streaming.importers.iso20022.parsing import XmlFile
from catalystindex.streaming.importers.iso20022.tags import local, namespace_of

NAMES: Final = frozenset(
    {DOCUMENT, HEADER}
    | {name for f in FAMILIES.values() for name in (f.container, f.record) if name}
)
_TRAILING: Final = frozenset({"SplmtryData", "AddtlStmtInf"})
"""What may follow the last record."""


class Part(Enum):
    """What a block is."""

    DOCUMENT = "document"
    """A message began; its element is empty still."""
    HEADER = "header"
    CONTAINER = "container"
    """A group without its records, before the first of them."""
    RECORD = "record"
    CONTAINER_END = "container_end"
    STRAY = "stray"
    """What does not belong where it stands."""
    END = "end"


class Block(NamedTuple):
    """A part of a message. Its element is gone from memory when the next block is asked for."""

    part: Part
    element: etree._Element
    line: int


Choose = Callable[[str], Family | None]
"""Names the family of a namespace, None if it is not ISO's. Raises `EventFileInvalid`."""


def blocks(path: Path, choose: Choose) -> Iterator[Block]:
    """Give out the blocks of every message in a file, whatever is wrapped around them.

    Raises `EventFileInvalid` as `XmlFile.events` does, as ``choose`` does, and for a file without
    a message.
    """
    file = XmlFile(path, NAMES)
    message: _Message | None = None
    other = ""
    for begins, element in file.events():
        if message is not None and not message.ended:
            yield from message.blocks(begins, element)
        elif begins and local(element) == DOCUMENT:
            namespace = namespace_of(element)
            family = choose(namespace)
            if family is None:
                other = f"; the namespace of its Document is {namespace[:200]!r}"
                continue
            message = _Message(file, family, element, namespace)
            yield _block(Part.DOCUMENT, element)
    if message is None:
        raise EventFileInvalid(f"the file holds no ISO 20022 message{other}")


class _Message:
    """One ``Document`` that is being read.

    ``_root_anchor`` is the header, ``_group_anchor`` the last of a group's own children: what
    stands between them and the records does not belong there.
    """

    def __init__(
        self, file: XmlFile, family: Family, document: etree._Element, namespace: str
    ) -> None:
        tags = [f"{{{namespace}}}{name}" for name in family.path]
        self._file = file
        self._family = family
        self._document = document
        self._record = tags
        self._container = tags[:3] if family.container else None
        self._header = [*tags[:2], f"{{{namespace}}}{HEADER}"]
        self._begun = False
        self._root_anchor: etree._Element | None = None
        self._group: etree._Element | None = None
        self._group_anchor: etree._Element | None = None
        self.ended = False

    def blocks(self, begins: bool, element: etree._Element) -> Iterator[Block]:
        """Give out what this event completes."""
        if begins:
            return
        if element is self._document:
            yield from self._finish()
        elif self._stands_at(element, self._record):
            yield from self._one_record(element)
        elif self._container and self._stands_at(element, self._container):
            yield from self._one_container(element)
        elif not self._begun and self._stands_at(element, self._header):
            yield from self._strays(element, None)
            self._begun, self._root_anchor = True, element
            yield _block(Part.HEADER, element)

    def _one_record(self, element: etree._Element) -> Iterator[Block]:
        anchor = self._root_anchor
        if self._container:
            group = element.getparent()
            if group is not self._group and group is not None:
                self._group_anchor = element.getprevious()
                yield from self._head(group, element)
            anchor = self._group_anchor
        yield from self._strays(element, anchor)
        self._begun = True
        yield _block(Part.RECORD, element)
        self._file.take(element)

    def _one_container(self, element: etree._Element) -> Iterator[Block]:
        if element is self._group:
            yield from self._tail(element, self._group_anchor)
        else:
            yield from self._head(element, None)
        self._group = self._group_anchor = None
        yield _block(Part.CONTAINER_END, element)
        self._file.take(element)

    def _head(self, group: etree._Element, record: etree._Element | None) -> Iterator[Block]:
        """Give out a group's own children, without the records."""
        yield from self._strays(group, self._root_anchor)
        self._begun, self._group = True, group
        shell = etree.Element(group.tag)
        for name, value in group.attrib.items():
            shell.set(name, value)
        for child in group:
            if child is record:
                break
            shell.append(deepcopy(child))
        yield Block(Part.CONTAINER, shell, group.sourceline or 0)

    def _strays(self, element: etree._Element, anchor: etree._Element | None) -> Iterator[Block]:
        """Give out and remove what stands between an element and what may stand before it."""
        while (before := element.getprevious()) is not None and before is not anchor:
            yield _block(Part.STRAY, before)
            self._file.take(before)

    def _tail(self, group: etree._Element, anchor: etree._Element | None) -> Iterator[Block]:
        """Give out what stands after the last record and does not belong there."""
        for child in takewhile(lambda child: child is not anchor, reversed(list(group))):
            if local(child) not in _TRAILING:
                yield _block(Part.STRAY, child)

    def _finish(self) -> Iterator[Block]:
        root = next(self._document.iterchildren(self._record[1]), None)
        if root is None:
            raise EventFileInvalid(
                f"the {self._family.name} message has no element {self._family.root}"
            )
        yield from (_block(Part.STRAY, child) for child in self._document if child is not root)
        yield from self._tail(root, self._root_anchor)
        self.ended = True
        yield _block(Part.END, self._document)
        self._file.take(self._document)

    def _stands_at(self, element: etree._Element, path: list[str]) -> bool:
        """Tell whether the names from ``Document`` down to an element are these."""
        here: etree._Element | None = element
        top = None
        for tag in reversed(path):
            if here is None or here.tag != tag:
                return False
            top, here = here, here.getparent()
        return top is self._document


def _block(part: Part, element: etree._Element) -> Block:
    return Block(part, element, element.sourceline or 0)
