"""DOCX (ECMA-376): paragraphs, headings, lists and tables in document order.

What stands beside the flow follows the block that refers to it: text boxes, charts, notes and
comments. Running headers and footers are kept out of the text. Where there is hardly any text, the
pictures are read: what was scanned and pasted is text too.
"""

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import DOCX
from catalystindex.documents.parse.office.docx_objects import ObjectReader
from catalystindex.documents.parse.office.docx_parts import (
    Story,
    plain_text,
    read_comments,
    read_furniture,
    read_notes,
)
from catalystindex.documents.parse.office.docx_styles import Styles
from catalystindex.documents.parse.office.docx_tables import (
    CHUNK,
    block_parts,
    find_captions,
    frame_cells,
    is_frame,
    table_rows,
)
from catalystindex.documents.parse.office.docx_text import TABLE, Found, TextReader
from catalystindex.documents.parse.office.ooxml import WORD, Element, Package
from catalystindex.documents.parse.office.pictures import PictureReader
from catalystindex.documents.parse.pdf.pages import FEW_CHARS
from catalystindex.documents.parsed import BlockKind, ParsedDocument
from catalystindex.model.errors import CorruptDocument, NestedTooDeep

USUAL_PART = "word/document.xml"


def parse_docx(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a DOCX document.

    Raises `CorruptDocument`, `EncryptedDocument`, `DocumentWithMacros`, `DocumentTooLarge`, and
    `DocumentWithoutText` for pictures without a text beside them that cannot be read.
    """
    package = Package(data, context)
    try:
        reading = _Reading(package, context, with_pictures=context.parsing.ocr == "figures")
        parsed = reading.read()
        if reading.shows_pictures and len("".join(parsed.text.split())) < FEW_CHARS:
            return _Reading(package, context, with_pictures=True).read()
        return parsed
    except RecursionError as error:
        raise NestedTooDeep("The DOCX document is nested too deeply to be read.") from error


class _Reading:
    """Reads one document, with the text in its page-sized pictures, or in all if that is asked."""

    def __init__(self, package: Package, context: ParseContext, *, with_pictures: bool) -> None:
        self._package, self._context = package, context
        self._builder = DocumentBuilder(DOCX, context.limits.max_text_chars)
        self._main, self._root = package.main(USUAL_PART)
        parts = (package.xml(part) for part in package.related(self._main, "styles"))
        self._styles = Styles(next((root for root in parts if root is not None), None))
        self._pictures = PictureReader(package, context, self._builder)
        self._objects = ObjectReader(package, self._builder, self._pictures, every=with_pictures)
        self._notes = read_notes(package, self._main, self._styles)
        self._comments = read_comments(package, self._main, self._styles)

    @property
    def shows_pictures(self) -> bool:
        """Whether any picture was met."""
        return self._objects.shown > 0

    def read(self) -> ParsedDocument:
        """Return the document."""
        body = self._root.find(f"{WORD}body")
        if body is None:
            raise CorruptDocument("The DOCX document has no body.")
        reader = TextReader(self._root, self._styles)
        self._blocks(Story(self._main, body, reader))
        for text in self._comments.values():  # those that nothing refers to
            self._builder.add("paragraph", text)
        for furniture in read_furniture(self._package, self._main, self._root, self._styles):
            self._builder.drop(furniture)
        if reader.hidden_chars:
            self._builder.warn(
                f"Hidden text ({reader.hidden_chars:,} characters) was left out: show it in the "
                "document and save it to have it read."
            )
        facts = self._package.facts(self._styles.language)
        self._pictures.finish()
        return self._pictures.checked(self._builder.build(title=self._package.title(), facts=facts))

    def _blocks(self, story: Story) -> None:
        """Add the blocks of a story: of the body, a note, a text box or a frame."""
        parts = list(block_parts(story.node))
        captions = find_captions(parts, self._styles)
        for place, node in enumerate(parts):
            self._context.tick()
            if place not in captions.taken:
                self._block(story, node, captions.owners.get(place))

    def _block(self, story: Story, node: Element, caption: Element | None) -> None:
        if node.tag == CHUNK:
            self._objects.warn_of_chunk(story.part, node)
        elif node.tag == TABLE and is_frame(node):
            for cell in frame_cells(node):
                self._blocks(Story(story.part, cell, story.reader))
        elif node.tag == TABLE:
            self._table(story, node, caption)
        else:
            self._paragraph(story, node, caption)

    def _paragraph(self, story: Story, node: Element, caption: Element | None) -> None:
        found = Found()
        text = story.reader.text(node, found)
        level = self._styles.heading_level(node)
        if level is not None:
            self._builder.heading(level, text)
        elif self._styles.is_caption(node):
            self._builder.add("caption", text)
        else:
            kind: BlockKind = "list_item" if self._styles.is_listed(node) else "paragraph"
            self._builder.add(kind, text)
        self._after(story, found, caption)

    def _table(self, story: Story, node: Element, caption: Element | None) -> None:
        found, before = Found(), self._builder.length
        name = None if caption is None else story.reader.text(caption, found)
        rows, header_rows = table_rows(node, story.reader, found)
        self._builder.table(rows, header_rows=header_rows, caption=name)
        if self._builder.length == before:  # a blank table is none, and its caption is text
            self._builder.add("caption", name or "")
        self._after(story, found, None)

    def _after(self, story: Story, found: Found, caption: Element | None) -> None:
        """Add what a block refers to, each note and comment where it is first referred to."""
        name = None if caption is None else plain_text(caption, story.reader)
        for node in found.objects:
            self._objects.add(story.part, node, name)
        for inner in found.inner:
            self._inner(Story(story.part, inner, story.reader))
        for key in found.notes:
            if key in self._notes:
                self._blocks(self._notes.pop(key))
        for comment in found.comments:
            self._builder.add("paragraph", self._comments.pop(comment, ""))

    def _inner(self, story: Story) -> None:
        """Add a text box, or a table that stands in a cell."""
        if story.node.tag == TABLE:
            self._block(story, story.node, None)
        else:
            self._blocks(story)
