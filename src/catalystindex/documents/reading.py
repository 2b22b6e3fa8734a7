"""How a document was read, as its record keeps it."""

from collections.abc import Iterable

from catalystindex.documents.parsed import Attachment, ParsedDocument, mean_confidence
from catalystindex.model.chunk import PageSpan
from catalystindex.model.document import AttachmentReport, DocumentProblem, DocumentReading


def reading_of(parsed: ParsedDocument) -> DocumentReading:
    """Return the report on a parsed document."""
    facts = parsed.facts
    return DocumentReading(
        parser=parsed.parser,
        author=facts.author,
        subject=facts.subject,
        language=facts.language,
        language_found=facts.language_found,
        created=facts.created,
        modified=facts.modified,
        ocr_pages=_pages(parsed, "ocr"),
        ocr_confidence=mean_confidence(parsed.blocks),
        no_text_pages=_pages(parsed, "no_text"),
        damaged_pages=_pages(parsed, "damaged"),
        tables=len(parsed.tables),
        figures=len(parsed.figures),
        attachments=[_attachment(one) for one in parsed.attachments],
        warnings=list(parsed.warnings),
    )


def page_ranges(numbers: Iterable[int]) -> list[PageSpan]:
    """Return ascending page numbers as ranges."""
    ranges: list[PageSpan] = []
    for number in numbers:
        if ranges and ranges[-1].last == number - 1:
            ranges[-1] = PageSpan(first=ranges[-1].first, last=number)
        else:
            ranges.append(PageSpan(first=number, last=number))
    return ranges


def _pages(parsed: ParsedDocument, state: str) -> list[PageSpan]:
    return page_ranges(page.number for page in parsed.page_readings if page.state == state)


def _attachment(attachment: Attachment) -> AttachmentReport:
    problem = None
    if attachment.problem_code is not None:
        problem = DocumentProblem(
            code=attachment.problem_code, detail=attachment.problem_detail or ""
        )
    return AttachmentReport(
        name=attachment.name,
        media_type=attachment.media_type,
        size_bytes=attachment.size_bytes,
        problem=problem,
    )
