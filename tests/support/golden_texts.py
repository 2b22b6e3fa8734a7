"""Made documents that are text, and those that carry others: mail and books."""

import csv
import io
import json
from collections.abc import Sequence
from email.message import EmailMessage

from support.compound import attached_file, compound_file, message
from support.golden_case import (
    AUTHOR,
    CAPTION,
    DECISION,
    DECISION_NAME,
    DEPOSITS,
    FIGURE_CAPTION,
    FIGURE_WORDS,
    HEADER,
    PARAGRAPHS,
    POINTS,
    POINTS_NAME,
    TABLE,
    TITLE,
)
from support.golden_office import packed
from support.golden_pages import chart_png, text_pdf

SENT = 133_860_726_000_000_000
"""10 March 2025, 09:30 UTC, as Outlook counts: 100 nanoseconds since 1601."""


def _delimited(delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([*TABLE, ("Note", PARAGRAPHS[1], "", "")])
    return out.getvalue().encode()


def memo_csv() -> bytes:
    """Return the table; amounts have commas, and the last row a long text with one."""
    return _delimited(",")


def memo_tsv() -> bytes:
    return _delimited("\t")


def memo_text() -> bytes:
    points = "\n".join(f"- {text}" for text in POINTS)
    table = "\n".join("".join(cell.ljust(14) for cell in row).rstrip() for row in TABLE)
    parts = (TITLE, *PARAGRAPHS, CAPTION, table, POINTS_NAME, points, DECISION_NAME, DECISION)
    return "\r\n\r\n".join(parts).encode("cp1252")


def memo_markdown() -> bytes:
    table = [f"| {' | '.join(row)} |" for row in TABLE]
    table.insert(1, "|---|---|---|---:|")
    points = "\n".join(f"- {text}" for text in POINTS)
    parts = (
        f"---\ntitle: {TITLE}\nauthor: {AUTHOR}\n---",
        f"# {TITLE}",
        *PARAGRAPHS,
        f"*{CAPTION}*",
        "\n".join(table),
        f"## {POINTS_NAME}",
        points,
        f"## {DECISION_NAME}",
        DECISION,
    )
    return ("\n\n".join(parts) + "\n").encode()


def _html_table() -> str:
    head = "".join(f"<th>{cell}</th>" for cell in HEADER)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in DEPOSITS)
    total = f'<tr><td colspan="3">{TABLE[-1][0]}</td><td>{TABLE[-1][-1]}</td></tr>'
    return (
        f"<table><caption>{CAPTION}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}{total}</tbody></table>"
    )


def _html_body() -> str:
    points = "".join(f"<li>{text}</li>" for text in POINTS)
    return (
        f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{_html_table()}"
        f"<h2>{POINTS_NAME}</h2><ul>{points}</ul>"
    )


def _html_decision() -> str:
    return (
        f'<h2>{DECISION_NAME}</h2><p>{DECISION}</p><figure><img src="chart.png" '
        f'alt="{FIGURE_WORDS}"><figcaption>{FIGURE_CAPTION}</figcaption></figure>'
    )


def memo_html() -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="author" content="{AUTHOR}"><style>p {{ color: #333 }}</style></head><body>'
        f"{_html_body()}<script>let shown = 0;</script>{_html_decision()}</body></html>"
    ).encode()


def _record(row: Sequence[str]) -> dict[str, str | float]:
    amount = float(row[3].replace(",", ""))
    return {"date": row[0], "branch": row[1], "depositor": row[2], "amount": amount}


def memo_json() -> bytes:
    case = {
        "title": TITLE,
        "customer": {"name": "Orchard Bay Trading Ltd", "director": "Zoë Lindqvist"},
        "account": "4410-2297-03",
        "high_risk": True,
        "closed": None,
        "notes": list(PARAGRAPHS),
        "deposits": [_record(row) for row in DEPOSITS],
        "open_points": list(POINTS),
        "decision": DECISION,
    }
    return json.dumps(case, ensure_ascii=False, indent=2).encode()


def memo_json_lines() -> bytes:
    """Return what happened, an event a line: the second holds records of one form."""
    events: tuple[dict[str, object], ...] = (
        {"event": "account opened", "day": "2025-02-12", "director": "Zoë Lindqvist"},
        {"event": "deposits", "deposits": [_record(row) for row in DEPOSITS]},
        {"event": "decision", "text": DECISION},
    )
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()


# --- mail --------------------------------------------------------------------

BODY = f"Dear Søren,\n\n{PARAGRAPHS[1]}\n\nThe memo and the list are attached.\n\n{AUTHOR}\n"
SHORT_CSV = "Date,Amount\r\n3 March,9800\r\n5 March,9750\r\n"


def memo_eml() -> bytes:
    mail = EmailMessage()
    mail["From"] = f"{AUTHOR} <ana.ruiz@harbour.example>"
    mail["To"] = "Søren Møller <soren.moller@harbour.example>"
    mail["Cc"] = "Reporting <reporting@harbour.example>"
    mail["Subject"] = "Orchard Bay: deposits just below €10,000"
    mail["Date"] = "Mon, 10 Mar 2025 09:30:00 +0000"
    mail["Message-ID"] = "<118@harbour.example>"
    mail.set_content(BODY)
    mail.add_attachment(
        text_pdf(), maintype="application", subtype="pdf", filename="customer-memo.pdf"
    )
    mail.add_attachment(SHORT_CSV, subtype="csv", filename="deposits.csv")
    mail.set_boundary("=====118=====")
    return mail.as_bytes()


def memo_msg() -> bytes:
    texts = {
        0x001A: "IPM.Note",
        0x0037: "Orchard Bay: deposits just below €10,000",
        0x1000: BODY,
        0x0C1A: AUTHOR,
        0x5D01: "ana.ruiz@harbour.example",
    }
    recipients = [(1, "Søren Møller", "soren.moller@harbour.example")]
    files = [
        attached_file("customer-memo.pdf", text_pdf()),
        attached_file("deposits.csv", SHORT_CSV.encode()),
    ]
    return compound_file(message(texts, {0x0039: SENT}, recipients, files))


# --- books -------------------------------------------------------------------

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
PACKAGE = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
    f'<dc:identifier id="id">file-118</dc:identifier><dc:title>{TITLE}</dc:title>'
    f"<dc:creator>{AUTHOR}</dc:creator><dc:language>en-GB</dc:language>"
    '<meta property="dcterms:modified">2025-03-10T09:30:00Z</meta></metadata><manifest>'
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="a" href="memo.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="b" href="decision.xhtml" media-type="application/xhtml+xml"/>'
    '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
)


def _chapter(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>Chapter</title></head><body>{body}</body></html>"
    ).encode()


def memo_epub() -> bytes:
    links = '<nav><ol><li><a href="memo.xhtml">The memo</a></li></ol></nav>'
    return packed(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER.encode(),
            "OPS/book.opf": PACKAGE.encode(),
            "OPS/nav.xhtml": _chapter(links),
            "OPS/memo.xhtml": _chapter(_html_body()),
            "OPS/decision.xhtml": _chapter(_html_decision()),
        },
        stored=("mimetype",),
    )


# --- RTF ---------------------------------------------------------------------


def _escaped(text: str) -> str:
    """Return a text in ASCII: letters of code page 1252 as bytes, the euro sign by its number."""
    signs = {"\\": r"\\", "{": r"\{", "}": r"\}", "€": r"\u8364?"}
    return "".join(
        signs.get(char) or (char if char.isascii() else f"\\'{ord(char):02x}") for char in text
    )


def _rtf_table() -> str:
    return _rtf_row(HEADER, "\\trhdr") + "".join(_rtf_row(row) for row in TABLE[1:])


def _rtf_row(row: Sequence[str], kind: str = "") -> str:
    edges = "".join(f"\\cellx{(place + 1) * 2400}" for place in range(len(row)))
    cells = "".join(f"{_escaped(cell)}\\cell" + "\n" for cell in row)
    return f"\\trowd{kind}{edges}\\pard\\intbl {cells}\\row\n"


def _rtf_paragraph(text: str) -> str:
    return f"\\pard {_escaped(text)}\\par\n"


def _rtf_picture() -> str:
    return f"{{\\pict\\pngblip\\picw240\\pich100\\picwgoal4800\\pichgoal2000 {chart_png().hex()}}}"


def memo_rtf() -> bytes:
    points = "".join(
        f"\\pard{{\\listtext\\'95\\tab}}\\ls1 {_escaped(text)}\\par\n" for text in POINTS
    )
    return (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}"
        "{\\stylesheet{\\s0 Normal;}{\\s1\\outlinelevel0 heading 1;}"
        "{\\s2\\outlinelevel1 heading 2;}{\\s3 caption;}}"
        f"{{\\info{{\\title {TITLE}}}{{\\author {AUTHOR}}}"
        "{\\creatim\\yr2025\\mo3\\dy10\\hr9\\min30}}\n"
        f"\\pard\\s1\\outlinelevel0 {TITLE}\\par\n"
        f"{''.join(_rtf_paragraph(text) for text in PARAGRAPHS)}"
        f"\\pard\\s3 {CAPTION}\\par\n{_rtf_table()}"
        f"\\pard\\s2\\outlinelevel1 {POINTS_NAME}\\par\n{points}"
        f"\\page\\pard\\s2\\outlinelevel1 {DECISION_NAME}\\par\n"
        f"{_rtf_paragraph(DECISION)}\\pard {_rtf_picture()}\\par\n"
        f"\\pard\\s3 {FIGURE_CAPTION}\\par\n}}"
    ).encode("ascii")
