"""The media types that can be read (IANA names where there are any)."""

OFFICE = "application/vnd.openxmlformats-officedocument"

PDF = "application/pdf"
DOCX = f"{OFFICE}.wordprocessingml.document"
PPTX = f"{OFFICE}.presentationml.presentation"
XLSX = f"{OFFICE}.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
CSV = "text/csv"
TSV = "text/tab-separated-values"
HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
JSON = "application/json"
JSON_LINES = "application/x-ndjson"
EML = "message/rfc822"
MSG = "application/vnd.ms-outlook"
EPUB = "application/epub+zip"
RTF = "application/rtf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"

EVENT = "application/vnd.catalystindex.event+json"
"""An event as the log has it: written by the stream alone, never submitted."""

TEXT_KINDS = (PLAIN, MARKDOWN, HTML, CSV, TSV, JSON, JSON_LINES, EML)
"""Kinds without first bytes of their own."""

SUPPORTED = (PDF, DOCX, PPTX, XLSX, XLS, MSG, EPUB, RTF, PNG, JPEG, TIFF, *TEXT_KINDS)

READABLE = (
    "What can be: PDF, DOCX, PPTX, XLSX, XLS, CSV, HTML, Markdown, plain text, JSON, e-mail (EML, "
    "MSG), EPUB, RTF, PNG, JPEG and TIFF."
)
