"""The control words of RTF (1.9.1) that do something to what is being read."""

from collections.abc import Callable

from catalystindex.documents.parse.charsets import page_codec
from catalystindex.documents.parse.richtext.rtf_flow import (
    Beside,
    Flow,
    Nowhere,
    ParagraphStyle,
    Running,
    Sink,
)
from catalystindex.documents.parse.richtext.rtf_groups import Reading
from catalystindex.documents.parse.richtext.rtf_words import (
    COLLECTED,
    FOOTERS,
    HEADERS,
    INFO,
    LISTS,
    NOTES,
    TIME_PARTS,
    TIMES,
    font_codec,
)
from catalystindex.documents.parsed import FurnitureKind

OWN_PAGES = {"mac": 10000, "pc": 437, "pca": 850}
Handler = Callable[[Reading, int | None], None]


def _reset_paragraph(reading: Reading, _: int | None) -> None:
    group = reading.group
    group.style, group.outline, group.item, group.in_table = 0, None, False, False


def _reset_characters(reading: Reading, _: int | None) -> None:
    group = reading.group
    group.hidden = group.deleted = False
    group.font = None


def _set(name: str, *, always: bool = False) -> Handler:
    """Return what switches a property of the group on, and off by a zero."""

    def handle(reading: Reading, number: int | None) -> None:
        setattr(reading.group, name, always or number != 0)

    return handle


def _skip(reading: Reading, number: int | None) -> None:
    reading.group.skip = max(number or 0, 0)


def _style(reading: Reading, number: int | None) -> None:
    """Set the style, or begin one in the list of styles."""
    reading.group.style = number or 0
    if reading.group.name == "stylesheet":
        reading.begin("style", Sink())


def _outline(reading: Reading, number: int | None) -> None:
    group = reading.group
    group.outline = number
    if group.name == "style":
        reading.styles.setdefault(group.style, ParagraphStyle()).outline = number


def _font(reading: Reading, number: int | None) -> None:
    reading.group.font = number or 0


def _charset(reading: Reading, number: int | None) -> None:
    if reading.group.name == "fonttbl":
        reading.fonts[reading.group.font or 0] = font_codec(number)


def _font_page(reading: Reading, number: int | None) -> None:
    if reading.group.name == "fonttbl" and number:
        reading.fonts[reading.group.font or 0] = page_codec(number)


def _page(reading: Reading, number: int | None) -> None:
    reading.codec = page_codec(number or 1252)


def _own_page(page: int) -> Handler:
    return lambda reading, _: _page(reading, page)


def _default_font(reading: Reading, number: int | None) -> None:
    reading.default_font = number or 0


def _language(reading: Reading, number: int | None) -> None:
    reading.language = number


def _listed(reading: Reading, _: int | None) -> None:
    reading.listed = True


def _time_part(name: str) -> Handler:
    def handle(reading: Reading, number: int | None) -> None:
        if reading.group.name in TIMES:
            reading.times.setdefault(reading.group.name, {})[name] = number or 0

    return handle


def _to_flow(act: Callable[[Flow], None]) -> Handler:
    """Return what lets the flow do something, if text goes to one."""

    def handle(reading: Reading, _: int | None) -> None:
        sink = reading.group.sink
        if isinstance(sink, Flow) and reading.group.name != "nesttableprops":
            act(sink)

    return handle


def _mark(text: str) -> Handler:
    """Return what ends a cell or row inside a cell, whose text is that cell's."""
    return lambda reading, _: reading.text(text)


def _nowhere(name: str, inside: str = "") -> Handler:
    """Return what begins a destination whose own text is none."""

    def handle(reading: Reading, _: int | None) -> None:
        if not inside or reading.group.name == inside:
            reading.begin(name, Nowhere())

    return handle


def _picture(reading: Reading, _: int | None) -> None:
    reading.figures.append(None)
    reading.begin("pict", Nowhere())


def _value(name: str, inside: str = "") -> Handler:
    """Return what begins a destination whose text is a value."""

    def handle(reading: Reading, _: int | None) -> None:
        if not inside or reading.group.name == inside:
            reading.begin(name, Sink())

    return handle


def _note(name: str) -> Handler:
    return lambda reading, _: reading.begin(name, Beside(reading.main, ""))


def _comment(reading: Reading, _: int | None) -> None:
    author = reading.told("atnauthor")
    reading.collected.pop("atnauthor", None)
    label = f"Comment by {author}: " if author else "Comment: "
    reading.begin("annotation", Beside(reading.main, label))


def _running(kind: FurnitureKind) -> Handler:
    return lambda reading, _: reading.begin(kind, Running(reading.builder, kind))


def _twice(reading: Reading, _: int | None) -> None:
    reading.group.name, reading.group.passed_over = "upr", True


def _nested_properties(reading: Reading, _: int | None) -> None:
    reading.group.name = "nesttableprops"


WORDS: dict[str, Handler] = {
    "par": lambda reading, _: reading.paragraph(),
    "sect": lambda reading, _: reading.paragraph(),
    "pard": _reset_paragraph,
    "plain": _reset_characters,
    "cell": _to_flow(lambda flow: flow.cell()),
    "row": _to_flow(lambda flow: flow.row()),
    "trowd": _to_flow(lambda flow: flow.row_begins()),
    "trhdr": _to_flow(lambda flow: flow.header_row()),
    "nestcell": _mark("\t"),
    "nestrow": _mark("\n"),
    "nesttableprops": _nested_properties,
    "intbl": _set("in_table", always=True),
    "ls": _set("item", always=True),
    "s": _style,
    "outlinelevel": _outline,
    "f": _font,
    "fcharset": _charset,
    "cpg": _font_page,
    "ansicpg": _page,
    "deff": _default_font,
    "deflang": _language,
    "uc": _skip,
    "v": _set("hidden"),
    "deleted": _set("deleted"),
    "pict": _picture,
    "upr": _twice,
    "annotation": _comment,
    "info": _nowhere("info"),
    "fonttbl": _nowhere("fonttbl"),
    "stylesheet": _nowhere("stylesheet"),
    "shpinst": _nowhere("shpinst"),
    "do": _nowhere("do"),
    "picprop": _nowhere("picprop"),
    **{name: _own_page(page) for name, page in OWN_PAGES.items()},
    **dict.fromkeys(LISTS, _listed),
    **{name: _time_part(name) for name in TIME_PARTS},
    **{name: _nowhere(name, inside="info") for name in TIMES},
    **{name: _value(name, inside="info") for name in INFO},
    **{name: _value(name) for name in COLLECTED},
    **{name: _note(name) for name in NOTES},
    **{name: _running("header") for name in HEADERS},
    **{name: _running("footer") for name in FOOTERS},
}
