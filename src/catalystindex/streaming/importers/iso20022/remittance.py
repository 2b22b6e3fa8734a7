"""What a payment is for."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from catalystindex.streaming.importers.iso20022.tags import Tags

MAX_LINE: Final = 1_000
_PURPOSES: Final = (
    "Purp/Cd",
    "Purp/Prtry",
    "PmtTpInf/CtgyPurp/Cd",
    "PmtTpInf/CtgyPurp/Prtry",
)
NOT_PROVIDED: Final = "NOTPROVIDED"
"""What is written where an end-to-end id is demanded and there is none."""


def remittance(
    tags: Tags, record: etree._Element, notes: list[str], *more: str | None
) -> str | None:
    """Return remittance information in one line: free texts, then references, in their order.

    What is over `MAX_LINE` characters is cut, and a note says so. ``more`` stands in where the
    record has none.
    """
    found = tags.at(record, "RmtInf")
    line = " / ".join(_parts(tags, found)) or next((text for text in more if text), None)
    if line is not None and len(line) > MAX_LINE:
        notes.append(
            f"remittance information of {len(line)} characters is cut to {MAX_LINE}; "
            "the payment was taken"
        )
        line = line[:MAX_LINE]
    return line


def _parts(tags: Tags, found: etree._Element | None) -> Iterator[str]:
    for text in tags.each(found, "Ustrd"):
        yield from _stripped(text.text)
    for structured in tags.each(found, "Strd"):
        for document in tags.each(structured, "RfrdDocInf"):
            yield from _stripped(tags.text(document, "Nb"))
        yield from _stripped(tags.text(structured, "CdtrRefInf/Ref"))
        for text in tags.each(structured, "AddtlRmtInf"):
            yield from _stripped(text.text)


def _stripped(text: str | None) -> Iterator[str]:
    if text and (bare := text.strip()):
        yield bare


def purpose(tags: Tags, *records: etree._Element | None) -> str | None:
    """Return the purpose code, else the category purpose, of the first record that has one."""
    codes = (tags.first(record, *_PURPOSES) for record in records)
    return next((code for code in codes if code), None)


def provided(text: str | None) -> str | None:
    """Return an id unless it is the word for none."""
    return None if text == NOT_PROVIDED else text
