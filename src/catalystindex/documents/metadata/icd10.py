"""ICD-10-CM codes in a text, each one looked up in the code table.

A code with its dot (``F33.1``) counts unless the words beside it give it another meaning
(``section A10.2``). A code without one (``F33``, ``F331``) is as short as a road or a vitamin and
counts only where something vouches for it: a word of diagnosis nearby, the qualifier of a claim's
diagnosis segment, or a dotted code of the same category in the same text. Ranges count with every
code between their ends that is as long as they are; a range that is a block counts as the block.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from catalystindex.documents.metadata.base import Extractor, Fields, Mention
from catalystindex.documents.metadata.icd_context import Context
from catalystindex.documents.metadata.icd_table import (
    CATEGORY,
    IcdCode,
    IcdTable,
    dotted,
    icd_table,
)

CODES, UNKNOWN, BLOCKS = "icd_codes", "icd_codes_unknown", "icd_blocks"
CHAPTERS, GROUP = "icd_chapters", "diagnosis_group"

MAX_RANGE = 50
"""Codes a range may stand for; a longer one counts with its two ends."""

CANDIDATE = re.compile(
    r"(?<![\w./])(?<![a-z_/]-)(?P<category>[A-Z][0-9][0-9AB])"
    r"(?:\.(?P<rest>[0-9A-Z](?:[0-9A-Zx]{0,3}))(?![\w])|\.(?P<any>[xX-])(?![\w.])"
    r"|(?P<plain>[0-9A-Zx]{1,4})(?!\w)|(?!\w))(?!\.[0-9]|[/\\][A-Za-z])"
)
MORE = re.compile(r"\s?[/,]\s?\.([0-9A-Z]{1,4})(?!\w)")
BETWEEN = re.compile(r"\s{0,3}(?:-|\u2013|\u2014|to|through|thru)\s{0,3}")


def find_codes(text: str) -> list[Mention]:
    """Return every code, range and list of codes, and what looks like a code and is none."""
    matches = list(CANDIDATE.finditer(text))
    if not matches:
        return []
    reader = _Reader(text, icd_table(), matches)
    return sorted(reader.read(), key=lambda one: (one.start, one.end, str(one.normalised)))


class _Reader:
    """The candidates of one text."""

    def __init__(self, text: str, table: IcdTable, matches: Sequence[re.Match[str]]) -> None:
        self._text, self._table, self._matches = text, table, matches
        self._context = Context(text)
        self._meanings: dict[int, bool] = {}
        self._certain = {
            match["category"] for match in matches if match["rest"] and self._dotted_holds(match)
        }

    def read(self) -> Iterator[Mention]:
        """Yield the mentions: codes first, then the codes inside ranges."""
        held = [match for match in self._matches if self._holds(match)]
        places = {match.start() for match in held}
        for match in self._matches:
            yield from self._mention(match, held=match.start() in places)
        for first, last in pairwise(held):
            if BETWEEN.fullmatch(self._text[first.end() : last.start()][:16]):
                yield from self._range(first, last)

    def _holds(self, match: re.Match[str]) -> bool:
        if match["rest"]:
            return self._dotted_holds(match)
        if self._table.find(_code(match)) is None or self._otherwise(match):
            return False
        return (
            match["category"] in self._certain
            or self._context.claims(match.start())
            or self._context.vouched(match.start(), match.end())
            or match["any"] is not None
        )

    def _dotted_holds(self, match: re.Match[str]) -> bool:
        return self._table.find(_code(match)) is not None and not self._otherwise(match)

    def _otherwise(self, match: re.Match[str]) -> bool:
        known = self._meanings.get(match.start())
        if known is None:
            known = self._context.otherwise(match.start(), match.end())
            self._meanings[match.start()] = known
        return known

    def _mention(self, match: re.Match[str], *, held: bool) -> Iterator[Mention]:
        code = _code(match)
        if held:
            yield _known(self._table, match.start(), match.end(), match[0], code)
            yield from self._list(match)
        elif self._looks_like_one(match, code):
            detail = {"reason": f"not in {self._table.release}"}
            yield Mention(match.start(), match.end(), UNKNOWN, match[0], dotted(code), detail)

    def _looks_like_one(self, match: re.Match[str], code: str) -> bool:
        """Tell whether a candidate that is no code was meant as one."""
        if self._table.find(code) is not None or self._otherwise(match):
            return False
        if match["rest"]:
            known = match["category"] in self._table.by_category
            return known or self._context.introduced(match.start())
        return match["plain"] is not None and (
            self._context.claims(match.start()) or self._context.introduced(match.start())
        )

    def _list(self, match: re.Match[str]) -> Iterator[Mention]:
        """Yield the codes of ``F32.1/.2`` behind the first."""
        at = match.end()
        while match["rest"] and (more := MORE.match(self._text, at)):
            code = match["category"] + more[1]
            if self._table.find(code) is None:
                return
            yield _known(self._table, more.start(1) - 1, more.end(), "." + more[1], code)
            at = more.end()

    def _range(self, first: re.Match[str], last: re.Match[str]) -> Iterator[Mention]:
        start, end = first.start(), last.end()
        shown = self._text[start:end]
        block = self._table.blocks.get(f"{_code(first)}-{_code(last)}")
        if block is not None:
            yield Mention(start, end, BLOCKS, shown, block.id, {"title": block.title})
            return
        codes = self._table.between(_code(first), _code(last))
        if len(codes) <= MAX_RANGE:
            for code in codes[1:-1]:
                yield _known(self._table, start, end, shown, code, {"range": shown})


def _known(
    table: IcdTable,
    start: int,
    end: int,
    shown: str,
    code: str,
    more: dict[str, str] | None = None,
) -> Mention:
    described = table.describe(code)
    if described is None:
        raise ValueError(f"{code} was found in the table before and is not there now")
    detail = {
        "title": described.title,
        "block": described.block.id,
        "group": described.block.title,
        "chapter": described.block.chapter,
        "chapter_title": described.chapter_title,
        "billable": "yes" if described.billable else "no",
    }
    return Mention(start, end, CODES, shown, described.code, detail | (more or {}))


def _code(match: re.Match[str]) -> str:
    """Return the code without its dot; ``F32.x`` and ``F32.-`` are the category."""
    return str(match["category"] + (match["rest"] or match["plain"] or "")).upper()


def code_fields(mentions: Sequence[Mention]) -> Fields:
    """Return codes with their blocks, chapters and groups; unknown ones apart."""
    found: Fields = {}
    for mention in mentions:
        found.setdefault(mention.kind, []).append(mention.normalised)
        if mention.kind == CODES:
            found.setdefault(BLOCKS, []).append(mention.detail["block"])
        if mention.kind != UNKNOWN:
            _place(found, mention)
    return found


def _place(found: Fields, mention: Mention) -> None:
    """Add the chapter and the group: the title of the block."""
    block = icd_table().blocks[str(mention.detail.get("block", mention.normalised))]
    found.setdefault(CHAPTERS, []).append(block.chapter)
    found.setdefault(GROUP, []).append(block.title)


def describe(code: str) -> IcdCode | None:
    """Return chapter, block, title and billability of a code, or None for one that is none."""
    return icd_table().describe(code) if len(code) >= CATEGORY else None


ICD10 = Extractor("icd10", 1, find_codes, code_fields)
