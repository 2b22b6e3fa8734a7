"""A chunk: the unit that is embedded, found and cited."""

from pydantic import BaseModel, ConfigDict, Field

ChunkMetadataScalar = bool | int | str
ChunkMetadata = dict[
    str,
    ChunkMetadataScalar | list[ChunkMetadataScalar | dict[str, ChunkMetadataScalar]],
]


class Span(BaseModel):
    """A half-open range of characters, counted in Unicode code points."""

    model_config = ConfigDict(frozen=True)

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class PageSpan(BaseModel):
    """Pages of a document, both ends included, counted from 1."""

    model_config = ConfigDict(frozen=True)

    first: int = Field(ge=1)
    last: int = Field(ge=1)


class PageBox(BaseModel):
    """A rectangle on a page: points (1/72 inch) from its top left corner, as the page is shown."""

    model_config = ConfigDict(frozen=True)

    page: int = Field(ge=1)
    left: float
    top: float
    right: float
    bottom: float


class Chunk(BaseModel):
    """A passage of one document version, as it is stored."""

    model_config = ConfigDict(frozen=True)

    id: str
    document_id: str
    version_id: str
    ordinal: int = Field(description="Place in the document, from 0.")
    tier: str
    text: str
    heading_path: list[str]
    span: Span = Field(description="Characters of the parsed text of the version.")
    pages: PageSpan | None = Field(description="Null for formats without pages.")
    boxes: list[PageBox] = Field(
        default_factory=list,
        description="Where its blocks stand, for formats whose pages have places.",
    )
    ocr_confidence: float | None = Field(
        default=None,
        description="Mean confidence, 0 to 1, of text that was recognised in a picture of it; null "
        "for text that the document carries as text.",
    )
    tokens: int = Field(description="Tokens of the embedded text, special tokens included.")
    metadata: ChunkMetadata = Field(
        default_factory=dict, description="What was drawn from its text, as the policy asks."
    )
    previous_id: str | None = Field(
        default=None, description="The chunk before it in its tier; null for the first."
    )
    next_id: str | None = Field(
        default=None, description="The chunk after it in its tier; null for the last."
    )
