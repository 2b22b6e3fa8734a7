"""Documents, their versions and what a caller may say about them."""

import json
import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from catalystindex.model.chunk import PageSpan
from catalystindex.model.members import few_members

MAX_METADATA_NUMBER = 2**53
"""Up to here every whole number is exact in any engine that counts in double precision."""
MAX_METADATA_TEXT = 1000
METADATA_KEY_PATTERN = re.compile(r"^[a-z][a-z0-9_]{0,63}$")
RESERVED_KEYS = ("and", "not", "or")
"""Words of the filter language: a document's key of such a name could not be asked for."""

MetadataScalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-MAX_METADATA_NUMBER, le=MAX_METADATA_NUMBER)]
    | Annotated[str, Field(strict=True, max_length=MAX_METADATA_TEXT)]
)
MetadataKey = Annotated[str, Field(pattern=METADATA_KEY_PATTERN.pattern)]


def _not_reserved(key: str) -> str:
    if key in RESERVED_KEYS:
        raise ValueError(f"`{key}` is a word of the filter language and cannot be a key")
    return key


WrittenKey = Annotated[MetadataKey, AfterValidator(_not_reserved)]
"""A key that a caller may give: `RESERVED_KEYS` are refused."""

MAX_METADATA_OBJECTS = 50
MetadataObject = Annotated[dict[WrittenKey, MetadataScalar], Field(min_length=1, max_length=16)]
"""An element of a list of objects, such as ``{"role": "payer", "country": "DE"}``."""


def _of_one_kind(
    values: list[MetadataScalar | MetadataObject],
) -> list[MetadataScalar | MetadataObject]:
    objects = sum(isinstance(value, dict) for value in values)
    if objects and objects != len(values):
        raise ValueError("a list holds values or objects, not both")
    if objects > MAX_METADATA_OBJECTS:
        raise ValueError(f"at most {MAX_METADATA_OBJECTS} objects in a list")
    return values


MetadataValue = (
    MetadataScalar
    | Annotated[
        list[MetadataScalar | MetadataObject], Field(max_length=200), AfterValidator(_of_one_kind)
    ]
)
MAX_METADATA_KEYS = 64
MAX_METADATA_BYTES = 16 * 1024
"""Metadata stands beside every chunk of its document in the index."""


def _bounded(value: object) -> object:
    """Refuse too many keys before each of them is looked at."""
    if isinstance(value, dict) and len(value) > MAX_METADATA_KEYS:
        raise ValueError(f"at most {MAX_METADATA_KEYS} keys")
    return value


def _small(value: dict[str, object]) -> dict[str, object]:
    size = len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    if size > MAX_METADATA_BYTES:
        raise ValueError(f"at most {MAX_METADATA_BYTES} bytes of metadata")
    return value


Metadata = Annotated[
    dict[WrittenKey, MetadataValue],
    BeforeValidator(_bounded),
    AfterValidator(_small),
    Field(
        max_length=MAX_METADATA_KEYS,
        description="Free keys to filter by: text, whole numbers, booleans, lists of these, or "
        "lists of flat objects. RFC 3339 dates and date-times answer ranges of time. `and`, `or` "
        "and `not` are no keys.",
        examples=[
            {
                "department": "compliance",
                "icd_codes": ["F32.1", "F33.0"],
                "signed": "2024-06-30",
                "parties": [{"role": "payer", "country": "DE"}],
            }
        ],
    ),
]
DocumentKey = Annotated[
    str,
    Field(
        min_length=1,
        max_length=512,
        description="The caller's own id. The same key with other content makes a new version.",
        examples=["policies/aml-manual"],
    ),
]


class DocumentStatus(StrEnum):
    """Where a document stands. ``queued`` and ``processing`` end in one of the others."""

    QUEUED = "queued"
    PROCESSING = "processing"
    INDEXED = "indexed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DocumentProblem(BaseModel):
    """Why a document failed: a stable code and what a person can do about it."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str


class AttachmentReport(BaseModel):
    """A file inside a document: read into its text, or why it was not."""

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str | None
    size_bytes: int
    problem: DocumentProblem | None = Field(description="Null when it was read.")


class DocumentReading(BaseModel):
    """How a version was read, and what it says of itself."""

    model_config = ConfigDict(frozen=True)

    parser: str = Field(description="Name and revision of the parser.", examples=["pdfium/1"])
    author: str | None = None
    subject: str | None = None
    language: str | None = Field(default=None, description="BCP 47 or ISO 639.", examples=["en"])
    language_found: bool = Field(
        default=False, description="The text told the language; the document does not state it."
    )
    created: str | None = Field(default=None, description="As the document states it (RFC 3339).")
    modified: str | None = Field(default=None, description="As the document states it.")
    ocr_pages: list[PageSpan] = Field(
        default_factory=list, description="Pages whose text was recognised in pictures of them."
    )
    ocr_confidence: float | None = Field(
        default=None, description="Mean confidence of the recognised characters, 0 to 1."
    )
    no_text_pages: list[PageSpan] = Field(
        default_factory=list, description="Pages that show something in which no text was found."
    )
    damaged_pages: list[PageSpan] = Field(
        default_factory=list, description="Pages that could not be read."
    )
    tables: int = 0
    figures: int = 0
    attachments: list[AttachmentReport] = Field(default_factory=list)
    warnings: list[str] = Field(
        default_factory=list, description="What a reader of the document should know."
    )


class IngestRequest(BaseModel):
    """One document given inline as text."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "knowledge_base": "bank",
                    "key": "memos/2025-03-structuring",
                    "filename": "structuring.md",
                    "content": "# Structuring\n\nSeven cash deposits of 9,500 USD in eight days.",
                    "metadata": {"department": "compliance"},
                }
            ]
        },
    )

    _members = model_validator(mode="before")(few_members)

    knowledge_base: str = Field(max_length=64, description="Name or id.", examples=["bank"])
    content: str = Field(min_length=1, description="The text of the document.")
    filename: str = Field(default="document.txt", min_length=1, max_length=255)
    media_type: str | None = Field(default=None, max_length=128, examples=["text/markdown"])
    key: DocumentKey | None = None
    title: str | None = Field(default=None, max_length=500)
    metadata: Metadata = Field(default_factory=dict)
    policy: str | None = Field(
        default=None,
        max_length=64,
        description="Name of the chunking policy; `default` if absent.",
        examples=["policy_manual"],
    )
    force: bool = Field(default=False, description="Do an unchanged document again too.")


class Document(BaseModel):
    """A document and its newest version."""

    model_config = ConfigDict(frozen=True)

    id: str
    knowledge_base_id: str
    key: str
    title: str
    filename: str
    status: DocumentStatus
    searchable: bool = Field(description="A version of it answers searches now.")
    version: int = Field(description="Number of the newest version, from 1.")
    version_id: str
    content_hash: str = Field(description="BLAKE2b-256 of the raw bytes.")
    media_type: str
    size_bytes: int
    pages: int | None = Field(description="Null for formats without pages, and until parsed.")
    chunks: int
    reading: DocumentReading | None = Field(
        description="How its newest version was read; null until then."
    )
    policy: str
    metadata: dict[MetadataKey, MetadataValue]
    problem: DocumentProblem | None
    created_at: datetime
    updated_at: datetime
