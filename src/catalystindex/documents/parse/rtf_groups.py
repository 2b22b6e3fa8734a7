"""The state of reading RTF: a stack of groups, each with what it inherited and what it set."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import page_codec
from catalystindex.documents.parse.rtf_flow import (
    Beside,
    Flow,
    MainFlow,
    Nowhere,
    ParagraphStyle,
    Running,
    Sink,
    outline_level,
)
from catalystindex.documents.parse.rtf_words import (
    CHARACTERS,
    COLLECTED,
    ENTERED,
    FOOTERS,
    HEADERS,
    INFO,
    LINE_ENDS,
    LISTS,
    NOTES,
    PASSED_OVER,
    SYMBOLS,
    TIME_PARTS,
    TIMES,
    bytes_text,
    font_codec,
    units_text,
)
from catalystindex.documents.parsed import Figure

DESCRIPTION = "wzDescription"
MAX_UNIT = 0xFFFF
OWN_PAGES = {"mac": 10000, "pc": 437, "pca": 850}


@dataclass(slots=True)
class Group:
    """What is set in a group and holds in the groups inside it."""

    sink: Sink
    name: str = ""
    """Of the destination that the text goes to."""
    begins: bool = False
    """Whether the destination began with this very group."""
    ignorable: bool = False
    passed_over: bool = False
    skip: int = 1
    font: int | None = None
    hidden: bool = False
    deleted: bool = False
    style: int = 0
    outline: int | None = None
    item: bool = False
    in_table: bool = False


class Reading:
    """Takes tokens and fills a builder."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._main = MainFlow(builder)
        self._group = Group(self._main)
        self._stack: list[Group] = []
        self._codec, self._default_font = "cp1252", 0
        self._fonts: dict[int, str | None] = {}
        self._styles: dict[int, ParagraphStyle] = {}
        self._bytes = bytearray()
        self._units: list[int] = []
        self._to_skip = 0
        self._listed = False
        self._told: dict[str, str] = {}
        self._figures: list[str | None] = []
        self.times: dict[str, dict[str, int]] = {}
        self.language: int | None = None

    @property
    def depth(self) -> int:
        """Groups that are open."""
        return len(self._stack)

    def told(self, name: str) -> str | None:
        """Return what the document says of itself."""
        return " ".join(self._told.get(name, "").split()) or None

    def finish(self) -> None:
        """End the document."""
        self._flush()
        self._main.end()

    # --- groups ---------------------------------------------------------------

    def open(self) -> None:
        """Open a group."""
        self._flush()
        self._to_skip = 0
        self._stack.append(self._group)
        self._group = copy(self._group)
        self._group.begins = self._group.ignorable = False

    def close(self) -> bool:
        """Close a group; tell whether the document goes on."""
        self._flush()
        self._to_skip = 0
        if not self._stack:
            return False
        group, self._group = self._group, self._stack.pop()
        if group.begins:
            self._end_destination(group)
        return bool(self._stack)

    def _begin(self, name: str, sink: Sink) -> None:
        self._flush()
        self._group.name, self._group.sink, self._group.begins = name, sink, True

    def _end_destination(self, group: Group) -> None:
        sink = group.sink
        if isinstance(sink, Beside | Running):
            sink.close()
        elif group.name == "pict":
            description = self._figures.pop() if self._figures else None
            self._builder.figure(Figure(None, None, None, description))
        elif group.name == "style":
            self._styles.setdefault(group.style, ParagraphStyle()).name = (
                sink.taken().strip().rstrip(";").strip()
            )
        elif group.name == "sv":
            self._describe(sink.taken())
        elif group.name in INFO or group.name in COLLECTED:
            self._told[group.name] = sink.taken()

    def _describe(self, value: str) -> None:
        if self._told.get("sn", "").strip() == DESCRIPTION and self._figures:
            self._figures[-1] = " ".join(value.split()) or None

    # --- text -----------------------------------------------------------------

    def take_bytes(self, data: bytes) -> None:
        """Take bytes of text, less those that stand for a character given in Unicode."""
        if self._to_skip:
            passed = min(self._to_skip, len(data))
            self._to_skip -= passed
            data = data[passed:]
        if data and not self._group.passed_over:
            self._flush_units()
            self._bytes += data

    def symbol(self, name: str) -> None:
        """Take a control symbol."""
        if name == "*":
            self._group.ignorable = True
        elif name in LINE_ENDS:
            self.word("par", None)
        elif name in SYMBOLS:
            self._character(SYMBOLS[name])

    def _character(self, text: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
            return
        self._flush()
        self._text(text)

    def _text(self, text: str) -> None:
        group = self._group
        if group.passed_over:
            return
        if isinstance(group.sink, Flow) and (group.hidden or group.deleted):
            what = "Hidden text" if group.hidden else "Deleted text"
            self._builder.warn(f"{what} of the document was left out.")
            return
        group.sink.text(text)

    def _flush(self) -> None:
        self._flush_units()
        if self._bytes:
            font = self._default_font if self._group.font is None else self._group.font
            codec = self._fonts.get(font) or self._codec
            text = bytes_text(bytes(self._bytes), codec)
            self._bytes.clear()
            self._text(text)

    def _flush_units(self) -> None:
        if self._units:
            units, self._units = self._units, []
            self._text(units_text(units))

    # --- control words ----------------------------------------------------------

    def word(self, name: str, number: int | None) -> None:
        """Take a control word."""
        group = self._group
        if group.passed_over:
            if name == "ud":
                self._begin_unicode_twin()
            return
        if name == "u":
            self._unit(number or 0)
            return
        if name in CHARACTERS:
            self._character(CHARACTERS[name])
            return
        self._flush()
        self._to_skip = 0
        if self._destination(name):
            return
        if group.ignorable and not group.begins and name not in ENTERED:
            group.passed_over = True
            return
        group.ignorable = False
        handler = WORDS.get(name)
        if handler is not None:
            handler(self, number)

    def _unit(self, number: int) -> None:
        if self._bytes:
            self._flush()
        self._units.append(number & MAX_UNIT)
        self._to_skip = self._group.skip

    def _begin_unicode_twin(self) -> None:
        """Text that stands twice, in an old encoding and in Unicode: the second counts."""
        outer = next((one for one in reversed(self._stack) if not one.passed_over), None)
        if outer is not None:
            self._group.passed_over = False
            self._group.sink, self._group.name = outer.sink, outer.name

    def _destination(self, name: str) -> bool:
        """Begin a destination, if the word is one."""
        group = self._group
        if name in PASSED_OVER or (name.endswith("Pr") and name.startswith("m")):
            group.passed_over = True
        elif name in NOTES:
            self._begin(name, Beside(self._main, self._label(name)))
        elif name in HEADERS:
            self._begin(name, Running(self._builder, "header"))
        elif name in FOOTERS:
            self._begin(name, Running(self._builder, "footer"))
        elif name in COLLECTED or (name in INFO and group.name == "info"):
            self._begin(name, Sink())
        elif name in ("info", "fonttbl", "stylesheet") or (name in TIMES and group.name == "info"):
            self._begin(name, Nowhere())
        elif name == "pict":
            self._figures.append(None)
            self._begin(name, Nowhere())
        elif name == "upr":
            self._begin(name, Nowhere())
        else:
            return False
        return True

    def _label(self, name: str) -> str:
        if name != "annotation":
            return ""
        author = " ".join(self._told.pop("atnauthor", "").split())
        return f"Comment by {author}: " if author else "Comment: "

    def paragraph(self) -> None:
        """End a paragraph."""
        group = self._group
        if isinstance(group.sink, Flow):
            style = self._styles.get(group.style)
            level = outline_level(group.outline)
            if level is None and style is not None:
                level = style.heading_level()
            item = group.item or self._listed
            group.sink.paragraph(level, item=item, in_table=group.in_table)
            self._listed = False

    def reset_paragraph(self) -> None:
        """Return to a plain paragraph."""
        group = self._group
        group.style, group.outline, group.item, group.in_table = 0, None, False, False

    def reset_characters(self) -> None:
        """Return to plain characters."""
        group = self._group
        group.hidden = group.deleted = False
        group.font = None

    def set_style(self, number: int | None) -> None:
        """Set the style, or begin one in the list of styles."""
        self._group.style = number or 0
        if self._group.name == "stylesheet":
            self._begin("style", Sink())

    def set_outline(self, number: int | None) -> None:
        """Set the outline level of a paragraph or style."""
        if self._group.name == "style":
            self._styles.setdefault(self._group.style, ParagraphStyle()).outline = number
        self._group.outline = number

    def set_font(self, number: int | None) -> None:
        """Set the font, or begin one in the list of fonts."""
        self._group.font = number or 0

    def set_charset(self, number: int | None) -> None:
        """Set the character set of a font."""
        if self._group.name == "fonttbl":
            self._fonts[self._group.font or 0] = font_codec(number)

    def set_font_page(self, number: int | None) -> None:
        """Set the code page of a font."""
        if self._group.name == "fonttbl" and number:
            self._fonts[self._group.font or 0] = page_codec(number)

    def set_page(self, number: int | None) -> None:
        """Set the document's code page."""
        self._codec = page_codec(number or 1252)

    def set_default_font(self, number: int | None) -> None:
        """Set the document's font."""
        self._default_font = number or 0

    def set_time(self, name: str, number: int | None) -> None:
        """Set a part of a moment."""
        if self._group.name in TIMES:
            self.times.setdefault(self._group.name, {})[name] = number or 0

    def set_language(self, number: int | None) -> None:
        """Set the document's language."""
        self.language = number

    def set(self, name: str, value: bool | int) -> None:
        """Set a property of the group."""
        setattr(self._group, name, value)

    def listed(self) -> None:
        """The paragraph is an item of a list."""
        self._listed = True

    def to_flow(self, act: Callable[[Flow], None]) -> None:
        """Let the flow do something, if text goes to one."""
        if isinstance(self._group.sink, Flow) and self._group.name != "nesttableprops":
            act(self._group.sink)

    def nested(self, mark: str) -> None:
        """End a cell or row of a table inside a cell, whose text is that cell's."""
        self._text(mark)


Handler = Callable[[Reading, int | None], None]


def _time_part(name: str) -> Handler:
    return lambda reading, number: reading.set_time(name, number)


def _code_page(page: int) -> Handler:
    return lambda reading, _: reading.set_page(page)


WORDS: dict[str, Handler] = {
    "par": lambda reading, _: reading.paragraph(),
    "sect": lambda reading, _: reading.paragraph(),
    "pard": lambda reading, _: reading.reset_paragraph(),
    "plain": lambda reading, _: reading.reset_characters(),
    "cell": lambda reading, _: reading.to_flow(Flow.cell),
    "row": lambda reading, _: reading.to_flow(Flow.row),
    "trowd": lambda reading, _: reading.to_flow(Flow.row_begins),
    "trhdr": lambda reading, _: reading.to_flow(Flow.header_row),
    "nestcell": lambda reading, _: reading.nested("\t"),
    "nestrow": lambda reading, _: reading.nested("\n"),
    "nesttableprops": lambda reading, _: reading.set("name", "nesttableprops"),
    "intbl": lambda reading, _: reading.set("in_table", True),
    "s": Reading.set_style,
    "outlinelevel": Reading.set_outline,
    "ls": lambda reading, _: reading.set("item", True),
    "f": Reading.set_font,
    "fcharset": Reading.set_charset,
    "cpg": Reading.set_font_page,
    "ansicpg": Reading.set_page,
    "deff": Reading.set_default_font,
    "deflang": Reading.set_language,
    "uc": lambda reading, number: reading.set("skip", max(number or 0, 0)),
    "v": lambda reading, number: reading.set("hidden", number != 0),
    "deleted": lambda reading, number: reading.set("deleted", number != 0),
    **{name: lambda reading, _: reading.listed() for name in LISTS},
    **{name: _time_part(name) for name in TIME_PARTS},
    **{name: _code_page(page) for name, page in OWN_PAGES.items()},
}
