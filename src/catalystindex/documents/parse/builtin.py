"""The parsers of the product, as one table."""

from catalystindex.config.sections import ParsingSettings
from catalystindex.documents.parse import kinds
from catalystindex.documents.parse.docx import parse_docx
from catalystindex.documents.parse.html import parse_html
from catalystindex.documents.parse.markdown import parse_markdown
from catalystindex.documents.parse.pdf.reader import parse_pdf
from catalystindex.documents.parse.registry import Parser, ParserRegistry, installed_parsers
from catalystindex.documents.parse.text import parse_text

PARSERS = (
    Parser(
        "pdfium",
        (kinds.PDF,),
        parse_pdf,
        frozenset({"pages", "boxes", "headings", "tables", "figures", "ocr"}),
    ),
    Parser("docx", (kinds.DOCX,), parse_docx, frozenset({"headings", "tables", "figures"})),
    Parser("lexbor", (kinds.HTML,), parse_html, frozenset({"headings", "tables", "figures"})),
    Parser("markdown-it", (kinds.MARKDOWN,), parse_markdown, frozenset({"headings", "tables"})),
    Parser("text", (kinds.PLAIN,), parse_text),
)


def load_registry(parsing: ParsingSettings) -> ParserRegistry:
    """Return the registry that the settings ask for. Raises `ConfigurationError`."""
    return ParserRegistry([*PARSERS, *installed_parsers()], parsing.parsers)
