"""The state of reading RTF: a stack of groups, each with what it inherited and what it set."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.richtext.rtf_flow import (
    Beside,
    Flow,
    MainFlow,
    ParagraphStyle,
    Running,
    Sink,
    outline_level,
)
from catalystindex.documents.parse.richtext.rtf_words import (
    CHARACTERS,
    COLLECTED,
    ENTERED,
    INFO,
    LINE_ENDS,
    PASSED_OVER,
    SYMBOLS,
    bytes_text,
    units_text,
)
from catalystindex.documents.parsed import BlockKind, Figure

DESCRIPTION = "wzDescription"
MAX_UNIT = 0xFFFF


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
    """Takes tokens and fills a builder; ``words`` are the control words that do something."""

    def __init__(
        self,
        builder: DocumentBuilder,
        words: "Mapping[str, Callable[[Reading, int | None], None]]",
    ) -> None:
        self.builder, self._words = builder, words
        self.main = MainFlow(builder)
        self.group = Group(self.main)
        self._stack: list[Group] = []
        self.codec, self.default_font = "cp1252", 0
        self.fonts: dict[int, str | None] = {}
        self.styles: dict[int, ParagraphStyle] = {}
        self.listed = False
        self.collected: dict[str, str] = {}
        self.figures: list[str | None] = []
        """The descriptions of the pictures that are open."""
        self.times: dict[str, dict[str, int]] = {}
        self.language: int | None = None
        self._bytes = bytearray()
        self._units: list[int] = []
        self._to_skip = 0

    @property
    def depth(self) -> int:
        """Groups that are open."""
        return len(self._stack)

    def told(self, name: str) -> str | None:
        """Return what the document says of itself."""
        return " ".join(self.collected.get(name, "").split()) or None

    def finish(self) -> None:
        """End the document."""
        self._flush()
        self.main.end()

    # --- groups ---------------------------------------------------------------

    def open(self) -> bool:
        """Open a group."""
        self._flush()
        self._to_skip = 0
        self._stack.append(self.group)
        self.group = copy(self.group)
        self.group.begins = self.group.ignorable = False
        return True

    def close(self) -> bool:
        """Close a group; tell whether the document goes on."""
        self._flush()
        self._to_skip = 0
        if not self._stack:
            return False
        group, self.group = self.group, self._stack.pop()
        if group.begins:
            self._end_destination(group)
        return bool(self._stack)

    def begin(self, name: str, sink: Sink) -> None:
        """Let the group's text go to a destination."""
        self.group.name, self.group.sink, self.group.begins = name, sink, True

    def _end_destination(self, group: Group) -> None:
        sink = group.sink
        if isinstance(sink, Beside | Running):
            sink.close()
        elif group.name == "pict":
            self.builder.figure(Figure(None, None, None, self.figures.pop()))
        elif group.name == "style":
            style = self.styles.setdefault(group.style, ParagraphStyle())
            style.name = sink.taken().strip().rstrip(";").strip()
        elif group.name in INFO or group.name in COLLECTED:
            self.collected[group.name] = sink.taken()
            self._describe(group.name)

    def _describe(self, name: str) -> None:
        """Take the description of a picture, which stands among its properties."""
        if name == "sv" and self.told("sn") == DESCRIPTION and self.figures:
            self.figures[-1] = self.told("sv")

    # --- text -----------------------------------------------------------------

    def take_bytes(self, data: bytes) -> bool:
        """Take bytes of text, less those that stand for a character given in Unicode."""
        passed = min(self._to_skip, len(data))
        self._to_skip -= passed
        data = data[passed:]
        if data and not self.group.passed_over:
            self._flush_units()
            self._bytes += data
        return True

    def symbol(self, name: str) -> bool:
        """Take a control symbol."""
        if name == "*":
            self.group.ignorable = True
        elif name in LINE_ENDS:
            self.word("par", None)
        elif name in SYMBOLS:
            self._character(SYMBOLS[name])
        return True

    def text(self, text: str) -> None:
        """Take text, unless the group hides it."""
        group = self.group
        if group.passed_over:
            return
        if isinstance(group.sink, Flow) and (group.hidden or group.deleted):
            what = "Hidden text" if group.hidden else "Deleted text"
            self.builder.warn(f"{what} of the document was left out.")
            return
        group.sink.text(text)

    def _character(self, text: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
            return
        self._flush()
        self.text(text)

    def _flush(self) -> None:
        self._flush_units()
        if self._bytes:
            font = self.default_font if self.group.font is None else self.group.font
            data = bytes(self._bytes)
            self._bytes.clear()
            self.text(bytes_text(data, self.fonts.get(font) or self.codec))

    def _flush_units(self) -> None:
        if self._units:
            units, self._units = self._units, []
            self.text(units_text(units))

    # --- control words ----------------------------------------------------------

    def word(self, name: str, number: int | None) -> bool:
        """Take a control word."""
        if self.group.passed_over:
            self._look_for_twin(name)
        elif name == "u":
            self._unit(number or 0)
        elif name in CHARACTERS:
            self._character(CHARACTERS[name])
        else:
            self._flush()
            self._to_skip = 0
            self._act(name, number)
        return True

    def _act(self, name: str, number: int | None) -> None:
        """Do what a word says; one that may be passed over and is not known is."""
        group = self.group
        unknown = group.ignorable and name not in ENTERED
        math_settings = name.startswith("m") and name.endswith("Pr")
        group.ignorable = False
        if unknown or math_settings or name in PASSED_OVER:
            group.passed_over = True
            return
        handler = self._words.get(name)
        if handler is not None:
            handler(self, number)

    def _unit(self, number: int) -> None:
        if self._bytes:
            self._flush()
        self._units.append(number & MAX_UNIT)
        self._to_skip = self.group.skip

    def _look_for_twin(self, name: str) -> None:
        """Text may stand twice, in an old encoding and in Unicode: the second counts."""
        if name != "ud" or len(self._stack) < 2 or self._stack[-1].name != "upr":
            return
        outer, group = self._stack[-2], self.group
        group.ignorable, group.passed_over = False, outer.passed_over
        group.sink, group.name = outer.sink, outer.name

    def paragraph(self) -> None:
        """End a paragraph."""
        group = self.group
        if isinstance(group.sink, Flow):
            style = self.styles.get(group.style)
            level = outline_level(group.outline)
            if level is None and style is not None:
                level = style.heading_level()
            kind: BlockKind = "list_item" if group.item or self.listed else "paragraph"
            if style is not None and style.is_caption:
                kind = "caption"
            group.sink.paragraph(level, kind=kind, in_table=group.in_table)
            self.listed = False
