"""A document's structure on the terminal."""

from collections import Counter

from catalystindex.cli.hits import pages
from catalystindex.cli.output import print_lines, print_table
from catalystindex.model.structure import DocumentStructure, TablePart


def print_structure(found: DocumentStructure) -> None:
    """Print pages by state, sections, tables and figures."""
    print_lines(found.title or "(no title)", f"{found.characters:,} characters")
    if found.pages:
        states = Counter(page.state for page in found.pages)
        print_lines("Pages: " + ", ".join(f"{states[state]} {state}" for state in sorted(states)))
    if found.furniture:
        print_lines(f"Running headers, footers and page numbers left out: {len(found.furniture)}")
    print_lines("")
    _print_sections(found)
    for number, table in enumerate(found.tables, start=1):
        _print_table(number, table)
    for figure in found.figures:
        place = "" if figure.page is None else f", p. {figure.page}"
        words = figure.caption or figure.description or "no caption"
        print_lines(f"Figure{place}: {words}")


def _print_sections(found: DocumentStructure) -> None:
    rows = [
        (
            " > ".join(section.heading_path) or "(before any heading)",
            "" if section.pages is None else pages(section.pages),
            f"{section.span.start}-{section.span.end}",
        )
        for section in found.sections
    ]
    print_table(("SECTION", "PAGES", "CHARACTERS"), rows)


def _print_table(number: int, table: TablePart) -> None:
    place = "" if table.page is None else f", p. {table.page}"
    size = f"{len(table.rows)} rows of {len(table.rows[0])}"
    print_lines("", f"Table {number}{place}: {table.caption or 'no caption'} ({size})")
