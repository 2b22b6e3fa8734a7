"""A parsed document's structure in the form that callers see."""

from catalystindex.documents.parsed import Box, ParsedDocument, Section, Table
from catalystindex.model.chunk import PageBox, PageSpan, Span
from catalystindex.model.structure import (
    DocumentStructure,
    FigurePart,
    FurniturePart,
    PagePart,
    SectionPart,
    TablePart,
)


def structure_of(parsed: ParsedDocument, version_id: str) -> DocumentStructure:
    """Return the structure of a parsed version."""
    return DocumentStructure(
        version_id=version_id,
        title=parsed.title,
        characters=len(parsed.text),
        sections=[_section(section) for section in parsed.sections],
        tables=[_table(table) for table in parsed.tables],
        figures=[
            FigurePart(
                page=figure.page,
                box=_maybe(figure.box),
                caption=figure.caption,
                description=figure.description,
            )
            for figure in parsed.figures
        ],
        pages=[
            PagePart(
                number=page.number,
                width=page.width,
                height=page.height,
                state=page.state,
                confidence=page.confidence,
            )
            for page in parsed.page_readings
        ],
        furniture=[
            FurniturePart(page=one.page, kind=one.kind, text=one.text, box=_maybe(one.box))
            for one in parsed.furniture
        ],
    )


def page_box(box: Box) -> PageBox:
    """Return a box in the form that callers see."""
    return PageBox(page=box.page, left=box.left, top=box.top, right=box.right, bottom=box.bottom)


def _maybe(box: Box | None) -> PageBox | None:
    return None if box is None else page_box(box)


def _section(section: Section) -> SectionPart:
    first, last = section.first_page, section.last_page
    return SectionPart(
        heading_path=list(section.heading_path),
        span=Span(start=section.start, end=section.end),
        pages=None if first is None or last is None else PageSpan(first=first, last=last),
        boxes=[page_box(box) for box in section.boxes],
    )


def _table(table: Table) -> TablePart:
    return TablePart(
        span=Span(start=table.start, end=table.end),
        rows=[list(row) for row in table.rows],
        header_rows=table.header_rows,
        caption=table.caption,
        page=table.page,
        box=_maybe(table.box),
    )
