"""The ICD-10-CM code table: codes, titles, blocks and chapters.

Source: the data files in the wheel ``simple-icd-10-cm`` 1.5.0 (MIT), which hold the April 2026
release of ICD-10-CM as the CDC's National Center for Health Statistics publishes it (a work of
the United States government, in the public domain). The package is never imported: importing it
takes 3.4 s and 198 MB. Only its two files are read, after their SHA-256 was checked, once in a
process and when first needed.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

from catalystindex.model.errors import DependencyMissing

PACKAGE = "simple_icd_10_cm"
RELEASE = "ICD-10-CM April 2026"
CODE_LIST = "data/code-list-April-2026.txt"
CODE_LIST_SHA256 = "df54d9743a3499f4a4fc12882edb7ce0d975b44ada5a2a25597aa56d0c2ac1c4"
TABULAR = "data/icd10c-tabular-April-1-2026.xml"
TABULAR_SHA256 = "f161f8182aff3ce3a2a78e202f8259c08eaee2c670a9e45b0072445c52302935"

CATEGORY = 3
"""Characters of a category; what follows them stands behind the dot."""


@dataclass(frozen=True)
class IcdBlock:
    """A block, such as ``F30-F39``, and the number of its chapter (``5``)."""

    id: str
    title: str
    chapter: str


@dataclass(frozen=True)
class IcdCode:
    """A code with where it stands. ``billable``: no longer code refines it."""

    code: str
    title: str
    billable: bool
    block: IcdBlock
    chapter_title: str


@dataclass(frozen=True)
class _Title:
    text: str
    sevenths: dict[str, str] | None
    """What a seventh character adds to the title, for codes that the tabular list leaves out."""


@dataclass(frozen=True)
class IcdTable:
    """All codes of a release, without their dots, sorted."""

    release = RELEASE

    codes: tuple[str, ...]
    titles: dict[str, _Title]
    blocks: dict[str, IcdBlock]
    by_category: dict[str, IcdBlock]
    chapters: dict[str, str]

    def find(self, code: str) -> str | None:
        """Return the code without dot as the table has it, or None for one that is none."""
        if "." in code and (code.index(".") != CATEGORY or code.endswith(".")):
            return None
        wanted = undotted(code)
        place = bisect_left(self.codes, wanted)
        return wanted if place < len(self.codes) and self.codes[place] == wanted else None

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """Return the codes from one to the other, both included, that are as long as the first."""
        low = bisect_left(self.codes, undotted(first))
        high = bisect_right(self.codes, undotted(last))
        size = len(undotted(first))
        return tuple(code for code in self.codes[low:high] if len(code) == size)

    def describe(self, code: str) -> IcdCode | None:
        """Return what a code means and where it stands, or None for one that is none."""
        found = self.find(code)
        if found is None:
            return None
        block = self.by_category[found[:CATEGORY]]
        return IcdCode(
            dotted(found),
            self._title(found),
            self._leaf(found),
            block,
            self.chapters[block.chapter],
        )

    def _leaf(self, code: str) -> bool:
        after = bisect_right(self.codes, code)
        return after == len(self.codes) or not self.codes[after].startswith(code)

    def _title(self, code: str) -> str:
        known = self.titles.get(code)
        if known is not None:
            return known.text
        stem = code[:-1].rstrip("X")
        parent = self.titles.get(code[:-1]) or self.titles[stem]
        added = (parent.sevenths or {}).get(code[-1])
        return parent.text if added is None else f"{parent.text}, {added}"


def undotted(code: str) -> str:
    """Return a code without its dot, in capitals."""
    return code.replace(".", "").upper()


def dotted(code: str) -> str:
    """Return a code as people write it, with the dot behind its category."""
    plain = undotted(code)
    return plain if len(plain) <= CATEGORY else f"{plain[:CATEGORY]}.{plain[CATEGORY:]}"


@cache
def icd_table() -> IcdTable:
    """Return the table; the first call in a process reads it.

    Raises `DependencyMissing` when the package is absent or its files are not the pinned ones.
    """
    lines = _pinned(CODE_LIST, CODE_LIST_SHA256).decode("ascii").split()
    tabular = _pinned(TABULAR, TABULAR_SHA256)
    titles: dict[str, _Title] = {}
    blocks: dict[str, IcdBlock] = {}
    by_category: dict[str, IcdBlock] = {}
    chapters: dict[str, str] = {}
    for _, element in iterparse(BytesIO(tabular)):  # noqa: S314  # pinned by SHA-256
        if element.tag == "chapter":
            number, name = _text(element, "name"), _without_range(_text(element, "desc"))
            chapters[number] = name
            for section in element.findall("section"):
                _read_section(section, number, titles, blocks, by_category)
            element.clear()
    codes = tuple(sorted(line for line in set(lines) if "-" not in line and not line.isdigit()))
    return IcdTable(codes, titles, blocks, by_category, chapters)


def describe(code: str) -> IcdCode | None:
    """Return chapter, block, title and billability of a code, or None for one that is none."""
    return icd_table().describe(code)


def _read_section(
    section: Element,
    chapter: str,
    titles: dict[str, _Title],
    blocks: dict[str, IcdBlock],
    by_category: dict[str, IcdBlock],
) -> None:
    identifier = section.attrib["id"]
    block = IcdBlock(identifier, _without_range(_text(section, "desc")), chapter)
    blocks[identifier] = block
    todo: list[tuple[Element, dict[str, str] | None]] = [
        (diagnosis, None) for diagnosis in section.findall("diag")
    ]
    while todo:
        diagnosis, inherited = todo.pop()
        sevenths = _sevenths(diagnosis) or inherited
        code = undotted(_text(diagnosis, "name"))
        titles[code] = _Title(_text(diagnosis, "desc"), sevenths)
        if len(code) == CATEGORY:
            by_category[code] = block
        todo.extend((child, sevenths) for child in diagnosis.findall("diag"))


def _sevenths(diagnosis: Element) -> dict[str, str] | None:
    extensions = diagnosis.findall("sevenChrDef/extension")
    return {one.attrib["char"]: (one.text or "").strip() for one in extensions} or None


def _text(element: Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())


def _without_range(title: str) -> str:
    """Return the title of a block or chapter without the range of codes behind it."""
    head, bracket, _ = title.rpartition(" (")
    return head if bracket else title


def _pinned(file: str, expected: str) -> bytes:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DependencyMissing(
            f"The package {PACKAGE!r} is not installed: pip install 'catalystindex[server]'.",
            package=PACKAGE,
        )
    path = Path(spec.origin).parent / file
    data = path.read_bytes() if path.is_file() else b""
    if sha256(data).hexdigest() != expected:
        raise DependencyMissing(
            f"{path.name} of the package {PACKAGE!r} is not the pinned file.",
            file=path.name,
            expected_sha256=expected,
        )
    return data
