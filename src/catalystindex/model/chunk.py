"""A chunk: the unit that is embedded, found and cited."""

from pydantic import BaseModel, ConfigDict, Field


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
    tokens: int = Field(description="Tokens of the embedded text, special tokens included.")
