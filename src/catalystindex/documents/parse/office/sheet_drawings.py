"""What lies over the cells of a sheet: text boxes, pictures, charts and diagrams."""

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.office.drawingml import add_chart, add_diagram, flat_text
from catalystindex.documents.parse.office.ooxml import (
    RELATION,
    Element,
    Package,
    flattened,
)
from catalystindex.documents.parse.office.xlsx_parts import local
from catalystindex.documents.parsed import Figure

OBJECTS = ("oleObject", "package")


def add_drawings(package: Package, sheet: str, builder: DocumentBuilder) -> None:
    """Add the drawings of a sheet (or of a sheet that is one chart) in the order they lie."""
    for part in package.related(sheet, "drawing"):
        root = package.xml(part)
        if root is not None:
            _walk(package, part, root, builder)
    for kind in OBJECTS:
        for part in package.related(sheet, kind):
            builder.warn(
                f"An embedded object ({part.rpartition('/')[2]}) was not read: open it in the "
                "workbook and save it as a file of its own."
            )


def _walk(package: Package, part: str, node: Element, builder: DocumentBuilder) -> None:
    for child in flattened(node):
        kind = local(child)
        if kind == "chart":
            add_chart(package, part, child.get(f"{RELATION}id"), builder)
        elif kind == "relIds":
            add_diagram(package, part, child, builder)
        elif kind == "txBody":
            builder.add("paragraph", flat_text(child))
        else:
            if kind == "pic":
                builder.figure(Figure(None, None, None, _description(child)))
            _walk(package, part, child, builder)


def _description(picture: Element) -> str | None:
    named = next((one for one in picture.iter() if local(one) == "cNvPr"), None)
    text = named.get("descr") or named.get("title") if named is not None else None
    return " ".join((text or "").split()) or None
