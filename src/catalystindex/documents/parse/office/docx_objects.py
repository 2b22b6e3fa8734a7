"""Pictures, charts, diagrams and foreign objects of DOCX documents."""

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.office.docx_text import objects_in
from catalystindex.documents.parse.office.drawingml import add_chart, add_diagram
from catalystindex.documents.parse.office.ooxml import (
    CHART,
    DIAGRAM,
    PICTURE,
    RELATION,
    Element,
    Package,
)
from catalystindex.documents.parse.office.pictures import BLIP, PictureReader, blip_reference
from catalystindex.documents.parsed import Figure

FRAME = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
VML = "{urn:schemas-microsoft-com:vml}"
EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
EMU = 914_400
"""To an inch."""
PAGE_SIZED = 28 * EMU * EMU
"""Half of 6.5 by 9 inches, rounded down: what an A4 or letter page holds between its margins."""
OFFICE_VML = "{urn:schemas-microsoft-com:office:office}"
OLE = f"{OFFICE_VML}OLEObject"
VML_PICTURES = (f"{VML}imagedata", f"{VML}fill")
PICTURE_LEVEL = 11
"""Of headings in pictures: below every heading that Word has."""
CHARTS = (f"{CHART}chart", "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart")


class ObjectReader:
    """Adds what stands in drawings to a document.

    Pictures as large as half a page are read: they are scans of pages. With ``every`` the others
    are read as well. ``shown`` counts those that were left.
    """

    def __init__(
        self, package: Package, builder: DocumentBuilder, pictures: PictureReader, *, every: bool
    ) -> None:
        self._package, self._builder, self._pictures = package, builder, pictures
        self._every = every
        self.shown = 0

    def add(self, part: str, node: Element, caption: str | None) -> None:
        """Add the charts, diagrams and pictures of a drawing, not its text boxes."""
        framed, described, embedded = False, None, False
        references: list[str] = []
        for one in objects_in(node):
            if one.tag in CHARTS:
                add_chart(self._package, part, one.get(f"{RELATION}id"), self._builder)
            elif one.tag == f"{DIAGRAM}relIds":
                add_diagram(self._package, part, one, self._builder)
            elif one.tag == OLE:
                embedded = True
                self._warn_of_object(part, one)
            framed = framed or one.tag in (f"{PICTURE}pic", f"{VML}imagedata")
            references += _reference(one)
            described = described or _description(one)
        if (framed or references) and not embedded:
            self._builder.figure(Figure(None, None, caption, described))
        self._read(part, references, large=_is_page_sized(node))

    def _read(self, part: str, references: list[str], *, large: bool) -> None:
        if not (self._every or large):
            self.shown += len(references)
        else:
            for reference in references:
                self._pictures.add(part, reference, PICTURE_LEVEL)

    def _warn_of_object(self, part: str, node: Element) -> None:
        target = self._package.relations(part).get(node.get(f"{RELATION}id") or "")
        name = target.target.rpartition("/")[2] if target else "no file"
        self._builder.warn(
            f"An embedded object ({node.get('ProgID') or 'unknown kind'}, {name}) was not read: "
            "open it in the document and save it as a file of its own."
        )

    def warn_of_chunk(self, part: str, node: Element) -> None:
        """Note that a file which Word shows in place was not read."""
        target = self._package.relations(part).get(node.get(f"{RELATION}id") or "")
        name = target.target.rpartition("/")[2] if target else "no file"
        self._builder.warn(
            f"A part of the document stands in a file of another kind ({name}) and was not read: "
            "open the document in Word and save it again to have it read."
        )


def _is_page_sized(node: Element) -> bool:
    """Tell whether a drawing takes half of a page's text or more (extents in EMU)."""
    for extent in node.iter(EXTENT):
        width, height = extent.get("cx") or "", extent.get("cy") or ""
        if width.isdecimal() and height.isdecimal():
            return int(width[:12]) * int(height[:12]) >= PAGE_SIZED
    return False


def _reference(node: Element) -> list[str]:
    """Return the id of the picture that an element shows, if it shows one."""
    if node.tag == BLIP:
        found = blip_reference(node)
    elif node.tag in VML_PICTURES:
        found = node.get(f"{RELATION}id") or node.get(f"{RELATION}pict")
    else:
        found = None
    return [found] if found else []


def _description(node: Element) -> str | None:
    """Return the alternative text that an element of a drawing carries."""
    if node.tag in (FRAME, f"{PICTURE}cNvPr"):
        text = node.get("descr") or node.get("title")
    elif node.tag == f"{VML}shape":
        text = node.get("alt")
    else:
        text = node.get(f"{OFFICE_VML}title") if node.tag == f"{VML}imagedata" else None
    return " ".join((text or "").split()) or None
