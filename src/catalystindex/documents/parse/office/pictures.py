"""Pictures in office documents, read by recognition where there is hardly any text beside them."""

import warnings
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from io import BytesIO

import msgspec
from PIL import Image, UnidentifiedImageError

from catalystindex.documents.builder import NOWHERE, DocumentBuilder, Where
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.images import DAMAGE
from catalystindex.documents.parse.kinds import JPEG, PNG, TIFF
from catalystindex.documents.parse.mailbox.attachments import concerns_whole, shown_name
from catalystindex.documents.parse.office.ooxml import (
    DRAWING,
    RELATION,
    Element,
    Package,
    flattened,
)
from catalystindex.documents.parse.signatures import FIRST_BYTES
from catalystindex.documents.parsed import Block, ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentWithoutText,
    ExpandsTooMuch,
    NestedTooDeep,
    UnsupportedMedia,
)

BLIP, BULLET = f"{DRAWING}blip", f"{DRAWING}buBlip"
EMBED, LINK = f"{RELATION}embed", f"{RELATION}link"
MAGIC = tuple(magic for magic, kind in FIRST_BYTES if kind in (PNG, JPEG, TIFF))
CONVERTED = (b"GIF87a", b"GIF89a", b"BM", b"RIFF")
"""First bytes of what is made a PNG first; Pillow says whether they are what they seem."""
FORMATS = ("GIF", "BMP", "WEBP")


def picture_references(node: Element) -> Iterator[str]:
    """Yield the ids of the pictures that DrawingML below a node shows, in order."""
    for child in flattened(node):
        if child.tag == BLIP:
            reference = blip_reference(child)
            if reference:
                yield reference
        elif child.tag != BULLET:
            yield from picture_references(child)


def blip_reference(blip: Element) -> str | None:
    """Return the id of a picture: the one inside the document, or else the one it links to."""
    return blip.get(EMBED) or blip.get(LINK)


class PictureReader:
    """Reads the pictures of one document, each once, however often it is shown.

    What cannot be read is said once. `finish` says how many were not tried.
    """

    def __init__(self, package: Package, context: ParseContext, builder: DocumentBuilder) -> None:
        self._package, self._context, self._builder = package, context, builder
        self._by_part: dict[str, ParsedDocument | None] = {}
        self._by_content: dict[bytes, ParsedDocument | None] = {}
        self._off = self._beyond = 0
        self._refused: list[str] = []

    def add(self, part: str, reference: str, level: int, where: Where = NOWHERE) -> Sequence[Block]:
        """Add the text of a picture that a part refers to; return its blocks, none without any.

        Its headings begin at ``level``. Raises only what concerns the document as a whole.
        """
        self._context.tick()
        name = self._package.target(part, reference)
        if name is None:
            self._refuse(self._lost(part, reference))
            return ()
        if name not in self._by_part:
            self._by_part[name] = self._picture(name)
        found = self._by_part[name]
        if found is None:
            return ()
        self._builder.include(found, level, where)
        for furniture in found.furniture:
            box = where.boxes[0] if where.boxes else None
            page = where.page or 1
            self._builder.drop(msgspec.structs.replace(furniture, page=page, box=box))
        return found.blocks

    def finish(self) -> None:
        """Say how many pictures were not tried."""
        if self._off:
            self._builder.warn(
                f"{_pictures(self._off)} not read because recognition is off (parsing.ocr)."
            )
        if self._beyond:
            limit = self._context.limits.max_ocr_pages
            self._refuse(
                f"{_pictures(self._beyond)} not read: recognition stops at {limit:,} pages "
                "(limits.max_ocr_pages)."
            )

    def checked(self, parsed: ParsedDocument) -> ParsedDocument:
        """Return a document; raise `DocumentWithoutText` if its text may be in unread pictures."""
        if parsed.text or not self._refused:
            return parsed
        raise DocumentWithoutText(f"The document holds pictures and no text. {self._refused[0]}")

    def _lost(self, part: str, reference: str) -> str:
        relation = self._package.relations(part).get(reference)
        name = shown_name(relation.target) if relation is not None else "no name"
        if relation is not None and relation.external:
            return f"A picture ({name}) is linked and not in the document: it was not read."
        return f"A picture ({name}) is missing from the document's file."

    def _refuse(self, sentence: str) -> None:
        self._refused.append(sentence)
        self._builder.warn(sentence)

    def _picture(self, part: str) -> ParsedDocument | None:
        if self._context.recogniser is None:
            self._off += 1
            return None
        data = self._package.read(part) or b""
        content = blake2b(data, digest_size=16).digest()
        if content not in self._by_content:
            self._by_content[content] = self._recognised(data, shown_name(part))
        return self._by_content[content]

    def _recognised(self, data: bytes, name: str) -> ParsedDocument | None:
        used = self._context.used
        before = used.ocr_pages
        if before >= self._context.limits.max_ocr_pages:
            self._beyond += 1
            return None
        try:
            part = self._context.part(self._readable(data, name), name)
        except DocumentWithoutText:
            self._builder.warn(f"The picture {name}: no text was recognised in it.")
        except NestedTooDeep as error:  # a picture holds no files: the rest can be read
            self._refuse(f"The picture {name} was not read: {error.detail}")
        except DocumentError as error:
            if concerns_whole(error, self._context):
                raise
            self._refuse(f"The picture {name} was not read: {error.detail}")
        else:
            said = tuple(f"The picture {name}: {sentence}" for sentence in part.warnings)
            return msgspec.structs.replace(part, warnings=said)
        finally:  # one without text costs as much time
            used.ocr_pages = max(used.ocr_pages, before + 1)
        return None

    def _readable(self, data: bytes, name: str) -> bytes:
        """Return a picture as one of the kinds that are read; other files are no pictures.

        The archive's entries are counted as unpacked already; what is made of them is counted here.
        """
        if data.startswith(MAGIC):
            return data
        if not data.startswith(CONVERTED):
            raise UnsupportedMedia(
                "pictures of its kind cannot be. Paste it into the document as PNG or JPEG."
            )
        made, moves = _as_png(self._opened(data))
        if moves:
            self._builder.warn(f"The picture {name} is animated: its first frame was read.")
        self._context.count_unpacked(len(made))
        return made

    def _opened(self, data: bytes) -> Image.Image:
        limit = self._context.limits.max_image_pixels
        beyond = ExpandsTooMuch(f"It has more than {limit:,} pixels: scan it with fewer.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
                image = Image.open(BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise beyond from error
        except (UnidentifiedImageError, *DAMAGE) as error:
            raise CorruptDocument("It is damaged and cannot be opened.") from error
        if image.width * image.height > limit:
            raise beyond
        return image


def _as_png(image: Image.Image) -> tuple[bytes, bool]:
    """Return the first frame as PNG, and whether there are more; they are not counted."""
    made = BytesIO()
    try:
        moves = bool(getattr(image, "is_animated", False))
        image.save(made, "PNG", compress_level=1)
    except (Image.DecompressionBombError, *DAMAGE) as error:
        raise CorruptDocument("It is damaged and cannot be read.") from error
    return made.getvalue(), moves


def _pictures(count: int) -> str:
    return "1 picture was" if count == 1 else f"{count:,} pictures were"
