"""Media type to parser, and the checks that hold for whatever a parser returns."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse import media
from catalystindex.documents.parse.docx import parse_docx
from catalystindex.documents.parse.html import parse_html
from catalystindex.documents.parse.markdown import parse_markdown
from catalystindex.documents.parse.pdf import parse_pdf
from catalystindex.documents.parse.text import parse_text
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import DocumentWithoutText, UnsupportedMedia

Parser = Callable[[bytes, LimitsSettings], ParsedDocument]

PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        media.PDF: parse_pdf,
        media.DOCX: parse_docx,
        media.HTML: parse_html,
        media.MARKDOWN: parse_markdown,
        media.PLAIN: parse_text,
    }
)


def parse_document(data: bytes, media_type: str, limits: LimitsSettings) -> ParsedDocument:
    """Parse bytes of a known kind.

    Raises a `DocumentError`: the document has no text, is damaged, protected or too large, or is
    of a kind without a parser. Text is never silently cut.
    """
    parser = PARSERS.get(media_type)
    if parser is None:
        raise UnsupportedMedia(f"There is no parser for {media_type}.", media_type=media_type)
    parsed = parser(data, limits)
    if not parsed.text.strip():
        raise DocumentWithoutText(_no_text(parsed))
    return parsed


def _no_text(parsed: ParsedDocument) -> str:
    if parsed.pages:
        return (
            f"None of the {parsed.pages} pages holds text: it seems to be a scan. "
            "Run it through optical character recognition first."
        )
    return "The document is empty."
