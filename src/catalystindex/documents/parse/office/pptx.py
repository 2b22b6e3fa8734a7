"""PPTX (ECMA-376): a page per slide, its shapes in reading order, then notes and comments."""

from collections.abc import Iterator
from dataclasses import dataclass

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PPTX
from catalystindex.documents.parse.office.drawingml import add_chart, add_diagram, flat_text, lines
from catalystindex.documents.parse.office.ooxml import (
    CHART,
    DIAGRAM,
    DRAWING,
    RELATION,
    SLIDES,
    Element,
    Package,
    whole,
)
from catalystindex.documents.parse.office.pptx_remarks import (
    read_authors,
    read_comments,
    read_notes,
)
from catalystindex.documents.parse.office.pptx_shapes import (
    EMU,
    Layout,
    Shape,
    box_of,
    plain_shapes,
    shapes_in_order,
)
from catalystindex.documents.parsed import (
    Figure,
    Furniture,
    FurnitureKind,
    PageReading,
    PageState,
    ParsedDocument,
)
from catalystindex.model.errors import NestedTooDeep

USUAL_PART = "ppt/presentation.xml"
USUAL_SIZE = (9_144_000, 6_858_000)
SLIDE_LEVEL = 2
TITLES = ("title", "ctrTitle")
FURNITURE: dict[str, FurnitureKind] = {
    "hdr": "header",
    "ftr": "footer",
    "dt": "footer",
    "sldNum": "page_number",
}
CHARTS = (f"{CHART}chart", "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart")
FILMS = (f"{DRAWING}videoFile", f"{DRAWING}audioFile", f"{DRAWING}quickTimeFile")
NO_TITLE = "PowerPoint Presentation"
"""What PowerPoint names presentations that nobody named."""


def parse_pptx(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a PPTX presentation.

    Raises `CorruptDocument`, `EncryptedDocument`, `DocumentWithMacros` and `DocumentTooLarge`.
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
        title = self._package.title()
        return self._builder.build(
            title=None if title == NO_TITLE else title,
            pages=len(references),
            facts=self._package.facts(),
        )

    def _reading(self, number: int, state: PageState) -> None:
        self._builder.page(PageReading(number, self._width, self._height, state))

    def _slide(self, part: str, root: Element, number: int) -> None:
        if root.get("show") in ("0", "false"):
            self._builder.warn(f"Slide {number} is hidden in the presentation; it was read.")
        backdrop = self._backdrop(part)
        tree = root.find(f"{SLIDES}cSld/{SLIDES}spTree")
        shapes = shapes_in_order(tree, backdrop.layout) if tree is not None else []
        shapes.sort(key=lambda shape: not _is_title(shape))
        before, furniture = self._builder.length, 0
        slide = _Slide(self._package, part, number, self._builder, self._width, self._height)
        for shape in shapes:
            self._context.tick()
            furniture += slide.add(shape, backdrop.layout)
        if root.get("showMasterSp") not in ("0", "false"):
            for shape in backdrop.fixed:
                slide.drop(shape, flat_text(shape.node), None)
        self._reading(number, _state(self._builder.length > before or furniture, root, shapes))
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


def _is_title(shape: Shape) -> bool:
    return shape.role is not None and shape.role[0] in TITLES


def _state(has_text: bool | int, root: Element, shapes: list[Shape]) -> PageState:
    """Tell what is on a slide. Placeholders that nobody filled are not shown."""
    if has_text:
        return "text"
    drawn = any(shape.role is None or shape.kind != "sp" for shape in shapes)
    return "no_text" if drawn or next(root.iter(f"{DRAWING}blip"), None) is not None else "blank"


@dataclass(frozen=True)
class _Slide:
    """Adds the shapes of one slide."""

    package: Package
    part: str
    number: int
    builder: DocumentBuilder
    width: float
    height: float

    def _where(self, shape: Shape) -> Where:
        box = box_of(shape, self.number, self.width, self.height)
        return Where(self.number, boxes=() if box is None else (box,))

    def add(self, shape: Shape, layout: Layout) -> bool:
        """Add a shape; tell whether its text was kept out as furniture."""
        role = shape.role
        if role is not None and role[0] in FURNITURE:
            return self.drop(shape, flat_text(shape.node), FURNITURE[role[0]])
        if shape.kind == "graphicFrame":
            self._graphic(shape)
        elif _is_title(shape):
            self.builder.heading(SLIDE_LEVEL, flat_text(shape.node), self._where(shape))
        else:
            self._text(shape, layout)
        if shape.kind == "pic":
            self._picture(shape)
        return False

    def drop(self, shape: Shape, text: str, kind: FurnitureKind | None) -> bool:
        """Keep a text that every slide shows out of the document's text."""
        box = box_of(shape, self.number, self.width, self.height)
        upper = box is not None and box.top + box.bottom < self.height
        if text.strip():
            what = kind or ("header" if upper else "footer")
            self.builder.drop(Furniture(self.number, what, text.strip(), box))
        return bool(text.strip())

    def _text(self, shape: Shape, layout: Layout) -> None:
        where = self._where(shape)
        body = shape.node.find(f"{SLIDES}txBody")
        usual: dict[int, bool] = {}
        for line in lines(body) if body is not None else ():
            if line.bullet is None and line.level not in usual:
                usual[line.level] = layout.bullet(shape, line.level)
            listed = usual[line.level] if line.bullet is None else line.bullet
            self.builder.add("list_item" if listed else "paragraph", line.text, where)

    def _picture(self, shape: Shape) -> None:
        named = next(shape.node.iter(f"{SLIDES}cNvPr"), None)
        text = (named.get("descr") or named.get("title")) if named is not None else None
        box = box_of(shape, self.number, self.width, self.height)
        description = " ".join((text or "").split()) or None
        self.builder.figure(Figure(self.number, box, None, description))
        if next(shape.node.iter(*FILMS), None) is not None:
            self.builder.warn(f"Slide {self.number} plays a film or sound that was not read.")

    def _graphic(self, shape: Shape) -> None:
        """Add a table, chart or diagram, or say that a foreign object was not read."""
        where = self._where(shape)
        for node in shape.node.iter(
            f"{DRAWING}tbl", *CHARTS, f"{DIAGRAM}relIds", f"{SLIDES}oleObj"
        ):
            if node.tag == f"{DRAWING}tbl":
                self.builder.table(list(_rows(node)), where, header_rows=_header_rows(node))
            elif node.tag in CHARTS:
                reference = node.get(f"{RELATION}id")
                add_chart(self.package, self.part, reference, self.builder, where)
            elif node.tag == f"{DIAGRAM}relIds":
                add_diagram(self.package, self.part, node, self.builder, where)
            else:
                self._foreign(node)

    def _foreign(self, node: Element) -> None:
        target = self.package.relations(self.part).get(node.get(f"{RELATION}id") or "")
        name = target.target.rpartition("/")[2] if target else "no file"
        self.builder.warn(
            f"An embedded object on slide {self.number} ({node.get('progId') or 'unknown kind'}, "
            f"{name}) was not read: open it in the presentation and save it as a file of its own."
        )


def _header_rows(table: Element) -> int:
    properties = table.find(f"{DRAWING}tblPr")
    first = properties.get("firstRow") if properties is not None else None
    return 1 if first in ("1", "true") else 0


def _rows(table: Element) -> Iterator[list[str]]:
    """Yield the cells as text. A merged cell counts where it begins and is blank beyond."""
    for row in table.findall(f"{DRAWING}tr"):
        yield ["" if _is_covered(cell) else flat_text(cell) for cell in row.findall(f"{DRAWING}tc")]


def _is_covered(cell: Element) -> bool:
    return any(cell.get(name) in ("1", "true") for name in ("hMerge", "vMerge"))
