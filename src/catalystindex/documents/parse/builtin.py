"""The parsers of the product, as one table."""

from collections.abc import Sequence

from catalystindex.config.sections import ParsingSettings
from catalystindex.documents.parse import kinds
from catalystindex.documents.parse.images import parse_jpeg, parse_png, parse_tiff
from catalystindex.documents.parse.jsontext import parse_json, parse_json_lines
from catalystindex.documents.parse.mailbox.mail import parse_eml
from catalystindex.documents.parse.mailbox.outlook import parse_msg
from catalystindex.documents.parse.markdown import parse_markdown
from catalystindex.documents.parse.office.delimited import parse_csv, parse_tsv
from catalystindex.documents.parse.office.docx import parse_docx
from catalystindex.documents.parse.office.pptx import parse_pptx
from catalystindex.documents.parse.office.sheets import parse_xls, parse_xlsx
from catalystindex.documents.parse.pdf.reader import parse_pdf
from catalystindex.documents.parse.registry import (
    Capability,
    Parser,
    ParserRegistry,
    installed_parsers,
)
from catalystindex.documents.parse.richtext.rtf import parse_rtf
from catalystindex.documents.parse.text import parse_text
from catalystindex.documents.parse.web.epub import parse_epub
from catalystindex.documents.parse.web.html import parse_html

OFFICE: frozenset[Capability] = frozenset({"headings", "tables", "figures"})
PICTURE: frozenset[Capability] = frozenset({"pages", "boxes", "tables", "ocr"})

PARSERS = (
    Parser(
        "pdfium",
        (kinds.PDF,),
        parse_pdf,
        frozenset({"pages", "boxes", "headings", "tables", "figures", "ocr"}),
    ),
    Parser("docx", (kinds.DOCX,), parse_docx, OFFICE | {"ocr"}, revision=2),
    Parser("pptx", (kinds.PPTX,), parse_pptx, OFFICE | {"pages", "boxes", "ocr"}),
    Parser("xlsx", (kinds.XLSX,), parse_xlsx, OFFICE),
    Parser("xls", (kinds.XLS,), parse_xls, frozenset({"headings", "tables"})),
    Parser("csv", (kinds.CSV,), parse_csv, frozenset({"tables"})),
    Parser("tsv", (kinds.TSV,), parse_tsv, frozenset({"tables"})),
    Parser("png", (kinds.PNG,), parse_png, PICTURE),
    Parser("jpeg", (kinds.JPEG,), parse_jpeg, PICTURE),
    Parser("tiff", (kinds.TIFF,), parse_tiff, PICTURE),
    Parser("lexbor", (kinds.HTML,), parse_html, OFFICE, revision=2),
    Parser("markdown-it", (kinds.MARKDOWN,), parse_markdown, frozenset({"headings", "tables"})),
    Parser("text", (kinds.PLAIN,), parse_text),
    Parser("json", (kinds.JSON,), parse_json, frozenset({"headings", "tables"})),
    Parser("json-lines", (kinds.JSON_LINES,), parse_json_lines, frozenset({"headings", "tables"})),
    Parser("eml", (kinds.EML,), parse_eml, frozenset({"headings", "attachments"})),
    Parser("msg", (kinds.MSG,), parse_msg, frozenset({"headings", "attachments"})),
    Parser("rtf", (kinds.RTF,), parse_rtf, OFFICE),
    Parser("epub", (kinds.EPUB,), parse_epub, OFFICE),
)


def load_registry(parsing: ParsingSettings, more: Sequence[Parser] = ()) -> ParserRegistry:
    """Return the registry that the settings ask for, with ``more`` parsers in it.

    Raises `ConfigurationError`.
    """
    return ParserRegistry([*PARSERS, *more, *installed_parsers()], parsing.parsers)
