"""PPTX (ECMA-376): a page per slide, its shapes in reading order, then notes and comments.

On slides with hardly any text the pictures are read: what was scanned and pasted is text too.
"""

from dataclasses import dataclass, replace

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PPTX
from catalystindex.documents.parse.office.drawingml import flat_text
from catalystindex.documents.parse.office.ooxml import (
    DRAWING,
    RELATION,
    SLIDES,
    Element,
    Package,
    whole,
)
from catalystindex.documents.parse.office.pictures import PictureReader
from catalystindex.documents.parse.office.pptx_remarks import (
    read_authors,
    read_comments,
    read_notes,
)
from catalystindex.documents.parse.office.pptx_shapes import (
    EMU,
    Layout,
    Shape,
    plain_shapes,
    shapes_in_order,
)
from catalystindex.documents.parse.office.pptx_slide import SLIDE_LEVEL, Slide, is_title
from catalystindex.documents.parsed import (
    PageReading,
    PageState,
    ParsedDocument,
    mean_confidence,
)
from catalystindex.model.errors import NestedTooDeep

USUAL_PART = "ppt/presentation.xml"
USUAL_SIZE = (9_144_000, 6_858_000)
NO_TITLE = "PowerPoint Presentation"
"""What PowerPoint names presentations that nobody named."""


def parse_pptx(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a PPTX presentation.

    Raises `CorruptDocument`, `EncryptedDocument`, `DocumentWithMacros`, `DocumentTooLarge`, and
    `DocumentWithoutText` for pictures without a text beside them that cannot be read.
    """
    package = Package(data, context)
    try:
        return _Deck(package, context).read()
    except RecursionError as error:
        raise NestedTooDeep("The presentation is nested too deeply to be read.") from error


class _Deck:
    """Reads one presentation."""

    def __init__(self, package: Package, context: ParseContext) -> None:
        self._package, self._context = package, context
        self._main, self._root = package.main(USUAL_PART)
        self._builder = DocumentBuilder(PPTX, context.limits.max_text_chars)
        self._pictures = PictureReader(package, context, self._builder)
        self._authors = read_authors(package, self._main)
        self._layouts: dict[str, _Backdrop] = {}
        size = self._root.find(f"{SLIDES}sldSz")
        across = whole(size.get("cx")) if size is not None else 0
        down = whole(size.get("cy")) if size is not None else 0
        usual = across <= 0 or down <= 0
        across, down = USUAL_SIZE if usual else (across, down)
        self._width, self._height = round(across / EMU, 2), round(down / EMU, 2)

    def read(self) -> ParsedDocument:
        """Return the document."""
        references = [node.get(f"{RELATION}id") for node in self._root.iter(f"{SLIDES}sldId")]
        self._context.check_pages(len(references))
        for number, reference in enumerate(references, 1):
            part = self._package.target(self._main, reference)
            root = self._package.xml(part) if part else None
            self._builder.leave(SLIDE_LEVEL)
            if part is None or root is None:
                self._builder.warn(f"Slide {number} is missing from the presentation's file.")
                self._reading(number, "damaged")
            else:
                self._slide(part, root, number)
            self._context.page_done(number, len(references))
        self._pictures.finish()
        title = self._package.title()
        parsed = self._builder.build(
            title=None if title == NO_TITLE else title,
            pages=len(references),
            facts=self._package.facts(),
        )
        return self._pictures.checked(parsed)

    def _reading(self, number: int, state: PageState, confidence: float | None = None) -> None:
        reading = PageReading(number, self._width, self._height, state, confidence)
        self._builder.page(reading)

    def _slide(self, part: str, root: Element, number: int) -> None:
        if root.get("show") in ("0", "false"):
            self._builder.warn(f"Slide {number} is hidden in the presentation; it was read.")
        backdrop = self._backdrop(part)
        tree = root.find(f"{SLIDES}cSld/{SLIDES}spTree")
        figures = self._context.parsing.ocr == "figures"
        size = (self._width, self._height)
        slide = Slide(self._package, part, number, self._builder, *size, figures=figures)
        shapes = slide.background(root)
        shapes += shapes_in_order(tree, backdrop.layout) if tree is not None else []
        shapes.sort(key=lambda shape: not is_title(shape))
        if slide.is_picture(shapes, backdrop.layout):
            slide = replace(slide, pictures=self._pictures)
        before, furniture = self._builder.length, 0
        for shape in shapes:
            self._context.tick()
            furniture += slide.add(shape, backdrop.layout)
        if root.get("showMasterSp") not in ("0", "false"):
            for shape in backdrop.fixed:
                slide.drop(shape, flat_text(shape.node), None)
        state = _state(self._builder.length > before or furniture, root, shapes)
        self._reading(number, "ocr" if slide.seen else state, mean_confidence(slide.seen))
        self._remarks(part, number)

    def _remarks(self, part: str, number: int) -> None:
        """Add what stands beside a slide."""
        notes = read_notes(self._package, part)
        if notes:
            self._builder.add("paragraph", f"Notes: {notes}", Where(number))
        for comment in read_comments(self._package, part, self._authors):
            self._builder.add("paragraph", comment, Where(number))

    def _backdrop(self, slide: str) -> "_Backdrop":
        """Return what a slide takes from its layout and master."""
        name = next(iter(self._package.related(slide, "slideLayout")), "")
        if name not in self._layouts:
            self._layouts[name] = _read_backdrop(self._package, name)
        return self._layouts[name]


@dataclass(frozen=True)
class _Backdrop:
    """A layout, and the texts of it and its master that every slide shows."""

    layout: Layout
    fixed: tuple[Shape, ...]


def _read_backdrop(package: Package, name: str) -> _Backdrop:
    layout = package.xml(name) if name else None
    parts = package.related(name, "slideMaster")[:1] if name else []
    master = package.xml(parts[0]) if parts else None
    style = master.find(f"{SLIDES}txStyles/{SLIDES}bodyStyle") if master is not None else None
    shapes = [_tree_shapes(layout), _tree_shapes(master)]
    alone = layout is not None and layout.get("showMasterSp") in ("0", "false")
    shown = shapes[0] if alone else shapes[0] + shapes[1]
    fixed = [shape for shape in shown if shape.role is None and flat_text(shape.node)]
    return _Backdrop(Layout(shapes, style), tuple(fixed))


def _tree_shapes(root: Element | None) -> list[Shape]:
    tree = root.find(f"{SLIDES}cSld/{SLIDES}spTree") if root is not None else None
    return list(plain_shapes(tree)) if tree is not None else []


def _state(has_text: bool | int, root: Element, shapes: list[Shape]) -> PageState:
    """Tell what is on a slide. Placeholders that nobody filled are not shown."""
    if has_text:
        return "text"
    drawn = any(shape.role is None or shape.kind != "sp" for shape in shapes)
    return "no_text" if drawn or next(root.iter(f"{DRAWING}blip"), None) is not None else "blank"
