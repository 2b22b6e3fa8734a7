"""Criteria: each item of a list by itself, embedded with what leads to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.chunk.cuts import stripped
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource
from catalystindex.documents.chunk.spec import CriteriaTier
from catalystindex.documents.chunk.tiers.sentences import sentences
from catalystindex.documents.parsed import Block

_MARK = re.compile(
    r"^[ \t]*(?:[-*\u2022][ \t]+)?(?P<mark>"
    r"(?P<criterion>criterion[ \t]+[A-Z0-9]{1,3}[.:)])|"
    r"(?P<paired>\((?P<inner>[A-Za-z]|[ivx]{2,5}|\d{1,3})\))|"
    r"(?P<nested>\d{1,3}(?:\.\d{1,3})+\.?)|"
    r"(?P<plain>(?:[A-Za-z]|[ivx]{2,5}|\d{1,3})[.)])"
    r")[ \t]+(?=\S)",
    re.MULTILINE | re.IGNORECASE,
)
_BULLET = re.compile(r"[ \t]*[-*\u2022][ \t]+")
_ENDED = re.compile(r"(?:[.:;,!?)\]]|\b(?:and|or))\s*\Z", re.IGNORECASE)
BULLET = "bullet"


@dataclass(frozen=True)
class Item:
    """An item: its range of characters and the style of its mark, like ``A.`` or ``(1)``."""

    start: int
    end: int
    style: str


def cut_criteria(source: ChunkSource, tier: CriteriaTier) -> list[ChunkDraft]:
    """Return the items of every section; what is no list has none.

    The lead of an item is the text of the items it is nested in, or else the sentence before the
    list. A style of mark that was not seen since the outer item began is one level deeper.
    """
    drafts: list[ChunkDraft] = []
    for section in source.sections():
        for item, lead in _led(source.parsed.text, section, tier):
            drafts += source.cut("criteria", item.start, item.end, section[-1].heading_path, lead)
    return drafts


def _led(text: str, section: Sequence[Block], tier: CriteriaTier) -> Iterator[tuple[Item, str]]:
    """Yield each item with its lead."""
    opening = ""
    above: list[Item] = []
    for block in section:
        items = list(_items(text, block, tier))
        before = text[block.start : items[0].start if items else block.end]
        if before.strip() and block.kind != "list_item":
            opening, above = _last_sentence(text, block, items), []
        for item in items:
            above = _outer(above, item)
            yield item, "\n".join([opening, *(text[o.start : o.end] for o in above)])
            above = [*above, item]


def _outer(above: list[Item], item: Item) -> list[Item]:
    """Return those of the open items in which another is nested."""
    styles = [outer.style for outer in above]
    return above[: styles.index(item.style)] if item.style in styles else above


def _items(text: str, block: Block, tier: CriteriaTier) -> Iterator[Item]:
    if block.kind not in ("paragraph", "list_item"):
        return
    found = _MARK.finditer(text, block.start, block.end)
    marks = [match for match in found if _begins(text, block.start, match.start())]
    if not marks:
        if tier.bullets and _BULLET.match(text, block.start, block.end):
            yield Item(*stripped(text, block.start, block.end), BULLET)
        return
    ends = [match.start() for match in marks[1:]] + [block.end]
    for match, end in zip(marks, ends, strict=True):
        yield Item(*stripped(text, match.start(), end), _style(match))


def _begins(text: str, start: int, mark: int) -> bool:
    """Tell whether a mark begins an item: not where a sentence runs over the end of its line."""
    return mark == start or _ENDED.search(text, max(start, mark - 40), mark) is not None


def _style(match: re.Match[str]) -> str:
    """Return the mark with its letters and digits made alike: ``A.``, ``a.``, ``1.``, ``(1)``."""
    if match["criterion"]:
        return "criterion"
    if match["nested"]:
        return "1" + ".1" * match["nested"].rstrip(".").count(".")
    mark = match["mark"]
    inner = mark.strip("().")
    kind = "1" if inner.isdigit() else "A" if inner.isupper() else "a" if len(inner) == 1 else "i"
    return mark.replace(inner, kind)


def _last_sentence(text: str, block: Block, items: Sequence[Item]) -> str:
    end = items[0].start if items else block.end
    found = [(a, b) for a, b in sentences(text, [block]) if b <= end] or [(block.start, end)]
    return text[slice(*found[-1])].strip() if block.kind == "paragraph" else ""
