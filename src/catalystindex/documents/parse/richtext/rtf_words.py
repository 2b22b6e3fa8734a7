"""What the control words of RTF (1.9.1) mean, as tables."""

from catalystindex.documents.parse.charsets import page_codec

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "page": "\n",
    "column": "\n",
    "softline": "\n",
    "emdash": "\u2014",
    "endash": "\u2013",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
    "bullet": "\u2022",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
SYMBOLS = {"~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}
LINE_ENDS = ("\r", "\n")
"""After a backslash they end a paragraph."""
NOTES = frozenset({"footnote", "shptxt", "dptxbxtext"})
"""Text that stands beside the flow: it follows the paragraph where it is anchored."""
HEADERS = frozenset({"header", "headerl", "headerr", "headerf"})
FOOTERS = frozenset({"footer", "footerl", "footerr", "footerf"})
INFO = frozenset({"title", "author", "subject"})
TIMES = frozenset({"creatim", "revtim"})
TIME_PARTS = frozenset({"yr", "mo", "dy", "hr", "min", "sec"})
COLLECTED = frozenset({"atnauthor", "sn", "sv"})
LISTS = frozenset({"listtext", "pntext"})
ENTERED = frozenset(
    {"annotation", "atnauthor", "do", "moMath", "moMathPara", "nesttableprops", "picprop"}
    | {"shpgrp", "shpinst", "shppict"}
)
"""Destinations that readers may pass over, and that hold text or pictures."""
PASSED_OVER = frozenset(
    {
        "atndate",
        "atnid",
        "atnparent",
        "atnref",
        "atntime",
        "buptim",
        "colortbl",
        "colorschememapping",
    }
    | {"comment", "company", "datafield", "datastore", "doccomm", "docvar", "falt", "ffdeftext"}
    | {"ffname", "fldinst", "fldtype", "fontemb", "ftncn", "ftnsep", "ftnsepc", "aftncn", "aftnsep"}
    | {
        "aftnsepc",
        "generator",
        "hlinkbase",
        "keycode",
        "keywords",
        "latentstyles",
        "listname",
        "listtable",
    }
    | {"listoverridetable", "manager", "mmathPict", "nonesttables", "nonshppict", "objalias"}
    | {"objclass", "objdata", "objname", "objsect", "operator", "panose", "passwordhash", "printim"}
    | {"private", "revtbl", "rsidtbl", "rxe", "shprslt", "tc", "tcn", "template", "themedata"}
    | {"txe", "userprops", "wgrffmtfilter", "xe", "xmlnstbl"}
)
CHARSETS = {
    0: 1252,
    77: 10000,
    128: 932,
    129: 949,
    130: 1361,
    134: 936,
    136: 950,
    161: 1253,
    162: 1254,
    163: 1258,
    177: 1255,
    178: 1256,
    186: 1257,
    204: 1251,
    222: 874,
    238: 1250,
    255: 437,
}
SYMBOL_CHARSET = 2
SYMBOL_CODEC = "symbol"
PICTURED = {
    0xA7: "\u25aa",
    0xA8: "\u2610",
    0xB7: "\u2022",
    0xD8: "\u27a2",
    0xFB: "\u2717",
    0xFC: "\u2713",
    0xFD: "\u2612",
    0xFE: "\u2611",
}
"""Bullets and ticks of the symbol fonts; their other characters are read as Latin letters."""


def font_codec(charset: int | None) -> str | None:
    """Return the codec of a font's character set, or None for the document's own."""
    if charset == SYMBOL_CHARSET:
        return SYMBOL_CODEC
    page = CHARSETS.get(charset) if charset is not None else None
    return page_codec(page) if page is not None else None


def bytes_text(data: bytes, codec: str) -> str:
    """Return bytes of text as characters."""
    if codec == SYMBOL_CODEC:
        return "".join(PICTURED.get(one, chr(one)) for one in data)
    return data.decode(codec, "replace")


def units_text(units: list[int]) -> str:
    """Return UTF-16 units as characters; those of symbol fonts stand at U+F000."""
    codes = [PICTURED.get(one - 0xF000, one) if 0xF000 <= one <= 0xF0FF else one for one in units]
    text = "".join(one if isinstance(one, str) else chr(one) for one in codes)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
