"""What a search asks and what it answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from catalystindex.model.chunk import PageBox, PageSpan, Span
from catalystindex.model.filter_schema import Filters
from catalystindex.model.filters import NO_FILTER

MAX_HITS = 100
MAX_CONTEXT = 3


class SearchRequest(BaseModel):
    """A question, where to look and what to hold to."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "query": "who approves a politically exposed customer?",
                    "knowledge_bases": ["bank"],
                    "filters": {"department": "compliance"},
                    "limit": 5,
                }
            ]
        },
    )

    query: str = Field(min_length=1, max_length=4000)
    knowledge_bases: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        default_factory=list,
        max_length=32,
        description="Names or ids; all of the workspace's when empty.",
    )
    filters: Filters = Field(default_factory=lambda: NO_FILTER)
    limit: int = Field(default=10, ge=1, le=MAX_HITS)
    per_document: int | None = Field(
        default=None,
        ge=1,
        le=MAX_HITS,
        description="Hits of one document at most; null sets no bound, so that a question to one "
        "long document is answered in full.",
    )
    context: int = Field(
        default=0,
        ge=0,
        le=MAX_CONTEXT,
        description="Neighbouring passages shown on each side of a hit. A weaker hit among them "
        "is shown there, marked as `matched`, and not a second time.",
    )
    mode: Literal["economy"] = Field(
        default="economy", description="`economy` makes no paid call, ever."
    )
    track: Literal["text"] = "text"
    debug: bool = Field(default=False, description="Return the trace of every step.")


class EventCitation(BaseModel):
    """The event whose text a hit is. Its bytes are the raw document of the cited version."""

    model_config = ConfigDict(frozen=True)

    event_id: str
    kind: str = Field(examples=["communication"])
    entity_id: str = Field(description="What the event is about: the message, the person.")
    version: int = Field(description="The entity's, as its source counts.")
    event_time: datetime
    source: str


class Citation(BaseModel):
    """Where a hit stands, exactly."""

    model_config = ConfigDict(frozen=True)

    document_id: str
    version_id: str
    version: int
    chunk_id: str
    knowledge_base: str
    title: str
    filename: str
    heading_path: list[str]
    span: Span = Field(description="Characters of the parsed text of this version.")
    pages: PageSpan | None = Field(description="Null for formats without pages.")
    boxes: list[PageBox] = Field(
        default_factory=list,
        description="Where its blocks stand on the pages, where that is known.",
    )
    ocr_confidence: float | None = Field(
        default=None,
        description="Mean confidence, 0 to 1, of recognised text; null for text carried as text.",
    )
    content_hash: str = Field(description="BLAKE2b-256 of the raw bytes of this version.")
    event: EventCitation | None = Field(
        default=None, description="The event whose text this is; null for documents."
    )


class ContextPassage(BaseModel):
    """A passage beside a hit, cited as exactly as the hit is."""

    model_config = ConfigDict(frozen=True)

    chunk_id: str
    text: str
    highlights: list[Span] = Field(description="Matched words: characters of `text`.")
    span: Span = Field(description="Characters of the parsed text of the hit's version.")
    pages: PageSpan | None = Field(description="Null for formats without pages.")
    heading_path: list[str]
    matched: bool = Field(description="Found by the search too, and ranked below the hit.")


class HitContext(BaseModel):
    """What stands around a hit, in the order of the document. No text is in an answer twice."""

    model_config = ConfigDict(frozen=True)

    before: list[ContextPassage]
    after: list[ContextPassage]


class Hit(BaseModel):
    """A passage that answers, with its score and the place it was taken from."""

    model_config = ConfigDict(frozen=True)

    rank: int
    score: float = Field(description="Fused relevance, 0 to 1.")
    dense_score: float | None = Field(description="Cosine; null when not among the candidates.")
    sparse_score: float | None = Field(description="BM25; null when not among the candidates.")
    text: str
    highlights: list[Span] = Field(description="Matched words: characters of `text`.")
    context: HitContext | None = Field(
        default=None, description="Present when `context` was asked for."
    )
    citation: Citation


class TraceStep(BaseModel):
    """What one step of the search did."""

    model_config = ConfigDict(frozen=True)

    step: str
    milliseconds: float
    facts: dict[str, object]


class SearchResponse(BaseModel):
    """Ranked, cited hits."""

    model_config = ConfigDict(frozen=True)

    query: str
    mode: str
    track: str
    hits: list[Hit]
    trace: list[TraceStep] | None = Field(description="Present when `debug` was asked for.")
