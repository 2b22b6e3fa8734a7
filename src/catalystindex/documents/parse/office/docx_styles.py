"""What the styles of a DOCX document say about a paragraph or run."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from catalystindex.documents.parse.notation import language_tag
from catalystindex.documents.parse.office.ooxml import (
    WORD,
    Element,
    switched_on,
    whole,
)

_HEADING = re.compile(r"heading ?(\d)", re.IGNORECASE)
BODY_TEXT = 9
"""The outline level that says "no heading"."""
MAX_CHAIN = 50
Value = TypeVar("Value")


@dataclass(frozen=True)
class Style:
    """One style; None means that the style it is based on decides."""

    name: str
    parent: str
    level: int | None
    listed: bool | None
    hidden: bool | None


class Styles:
    """The styles by id. A paragraph that names none has the default one."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self._default = ""
        self.language = _language(root)
        for node in root.iter(f"{WORD}style") if root is not None else ():
            name = node.get(f"{WORD}styleId") or ""
            self._styles.setdefault(name, _style(node))
            if node.get(f"{WORD}type") == "paragraph" and node.get(f"{WORD}default") == "1":
                self._default = name

    def heading_level(self, paragraph: Element) -> int | None:
        """Return the level of a heading (a title's is 1), or None for other paragraphs."""
        direct = outline_level(paragraph.find(f"{WORD}pPr"))
        level = self._first(self._name_of(paragraph), lambda style: style.level)
        if direct is not None and not level:
            level = direct
        return level or None

    def is_listed(self, paragraph: Element) -> bool:
        """Tell whether a paragraph is an item of a list."""
        direct = _numbered(paragraph.find(f"{WORD}pPr"))
        if direct is not None:
            return direct
        name = self._name_of(paragraph)
        return self._named(name).startswith("List") or bool(
            self._first(name, lambda style: style.listed)
        )

    def is_caption(self, paragraph: Element) -> bool:
        """Tell whether a paragraph names a table or picture."""
        return self._named(self._name_of(paragraph)).lower() == "caption"

    def hides(self, properties: Element | None, kind: str) -> bool | None:
        """Tell whether the style that properties (of ``kind`` ``p`` or ``r``) name hides text."""
        named = properties.find(f"{WORD}{kind}Style") if properties is not None else None
        name = named.get(f"{WORD}val") if named is not None else None
        return self._first(name or "", lambda style: style.hidden)

    def _name_of(self, paragraph: Element) -> str:
        named = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        return (named.get(f"{WORD}val") if named is not None else None) or self._default

    def _named(self, name: str) -> str:
        style = self._styles.get(name)
        return style.name if style is not None else name

    def _first(self, name: str, read: Callable[[Style], Value | None]) -> Value | None:
        """Return what the nearest style of a chain says."""
        return next(
            (found for style in self._chain(name) if (found := read(style)) is not None), None
        )

    def _chain(self, name: str) -> Iterator[Style]:
        """Yield a style and those it is based on; an unknown one is known by its id."""
        style = self._styles.get(name) or Style(name, "", _level_of(name), None, None)
        for _ in range(MAX_CHAIN):
            yield style
            parent = self._styles.get(style.parent)
            if parent is None:
                return
            style = parent


def outline_level(properties: Element | None) -> int | None:
    """Return the heading level that an outline level stands for; 0 says "no heading"."""
    found = properties.find(f"{WORD}outlineLvl") if properties is not None else None
    if found is None:
        return None
    level = whole(found.get(f"{WORD}val"), BODY_TEXT)
    return level + 2 if 0 <= level < BODY_TEXT else 0


def _style(node: Element) -> Style:
    named, based = node.find(f"{WORD}name"), node.find(f"{WORD}basedOn")
    name = (named.get(f"{WORD}val") if named is not None else None) or ""
    properties = node.find(f"{WORD}pPr")
    level = _level_of(name)
    hidden = node.find(f"{WORD}rPr/{WORD}vanish")
    return Style(
        name,
        (based.get(f"{WORD}val") if based is not None else None) or "",
        outline_level(properties) if level is None else level,
        _numbered(properties),
        switched_on(hidden) if hidden is not None else None,
    )


def _level_of(name: str) -> int | None:
    """Return the heading level of a style by its name: Word keeps those in English."""
    heading = _HEADING.match(name)
    if heading:
        return int(heading[1]) + 1
    return 1 if name == "Title" else None


def _numbered(properties: Element | None) -> bool | None:
    """Tell whether properties put a paragraph into a list, or None if they do not say."""
    number = properties.find(f"{WORD}numPr/{WORD}numId") if properties is not None else None
    return None if number is None else whole(number.get(f"{WORD}val")) != 0


def _language(root: Element | None) -> str | None:
    path = f"{WORD}docDefaults/{WORD}rPrDefault/{WORD}rPr/{WORD}lang"
    found = root.find(path) if root is not None else None
    return language_tag(found.get(f"{WORD}val")) if found is not None else None
