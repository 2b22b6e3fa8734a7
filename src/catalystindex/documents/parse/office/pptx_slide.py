"""The shapes of one slide: their texts, tables, charts and pictures."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.parse.office.drawingml import add_chart, add_diagram, flat_text, lines
from catalystindex.documents.parse.office.ooxml import (
    CHART,
    DIAGRAM,
    DRAWING,
    RELATION,
    SLIDES,
    Element,
    Package,
)
from catalystindex.documents.parse.office.pictures import PictureReader, picture_references
from catalystindex.documents.parse.office.pptx_shapes import EMU, Frame, Layout, Shape, box_of
from catalystindex.documents.parse.pdf.pages import COVERING, FEW_CHARS, STAMP_CHARS
from catalystindex.documents.parsed import Block, Figure, Furniture, FurnitureKind

SLIDE_LEVEL = 2
TITLES = ("title", "ctrTitle")
BACKGROUND = "background"
FURNITURE: dict[str, FurnitureKind] = {
    "hdr": "header",
    "ftr": "footer",
    "dt": "footer",
    "sldNum": "page_number",
}
CHARTS = (f"{CHART}chart", "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart")
FILMS = (f"{DRAWING}videoFile", f"{DRAWING}audioFile", f"{DRAWING}quickTimeFile")


def is_title(shape: Shape) -> bool:
    """Tell whether a shape holds the title of its slide."""
    return shape.role is not None and shape.role[0] in TITLES


@dataclass(frozen=True)
class Slide:
    """Adds the shapes of one slide; with ``pictures`` the text in them too, noted in ``seen``.

    ``figures``: pictures are read beside any text.
    """

    package: Package
    part: str
    number: int
    builder: DocumentBuilder
    width: float
    height: float
    figures: bool = False
    pictures: PictureReader | None = None
    seen: list[Block] = field(default_factory=list)

    def background(self, root: Element) -> list[Shape]:
        """Return the picture that lies behind a slide as a shape, if one does."""
        node = root.find(f"{SLIDES}cSld/{SLIDES}bg")
        if node is None or next(picture_references(node), None) is None:
            return []
        return [Shape(BACKGROUND, node, Frame(0, 0, self.width * EMU, self.height * EMU))]

    def is_picture(self, shapes: list[Shape], layout: Layout) -> bool:
        """Tell whether a slide is read as a picture: by the rule that holds for pages of a PDF."""
        shown = [shape for shape in shapes if next(picture_references(shape.node), None)]
        if not shown:
            return False
        if self.figures:
            return True
        builder = DocumentBuilder("", sys.maxsize)
        trial = replace(self, builder=builder)
        for shape in shapes:
            trial.add(shape, layout)
        chars = len("".join(builder.build().text.split()))
        return chars < (STAMP_CHARS if any(map(self._is_covered_by, shown)) else FEW_CHARS)

    def _is_covered_by(self, shape: Shape) -> bool:
        box = box_of(shape, self.number, self.width, self.height)
        area = (box.right - box.left) * (box.bottom - box.top) if box is not None else 0.0
        return area >= COVERING * self.width * self.height

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
        elif is_title(shape):
            self.builder.heading(SLIDE_LEVEL, flat_text(shape.node), self._where(shape))
        else:
            self._text(shape, layout)
        if shape.kind == "pic":
            self._picture(shape)
        if self.pictures is not None:
            for reference in picture_references(shape.node):
                self.seen.extend(
                    self.pictures.add(self.part, reference, SLIDE_LEVEL + 1, self._where(shape))
                )
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
