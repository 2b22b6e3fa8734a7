"""Documents, their versions and what a caller may say about them."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

MetadataScalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
    | Annotated[str, Field(strict=True, max_length=1000)]
)
MetadataValue = MetadataScalar | Annotated[list[MetadataScalar], Field(max_length=200)]
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


MetadataKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    BeforeValidator(_bounded),
    AfterValidator(_small),
    Field(
        max_length=MAX_METADATA_KEYS,
        description="Free keys to filter by: text, whole numbers, booleans, or lists of these.",
        examples=[{"department": "compliance", "icd_codes": ["F32.1", "F33.0"]}],
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
    """Where a document stands. ``queued`` and ``processing`` end in one of the other two."""

    QUEUED = "queued"
    PROCESSING = "processing"
    INDEXED = "indexed"
    FAILED = "failed"


class DocumentProblem(BaseModel):
    """Why a document failed: a stable code and what a person can do about it."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str


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

    knowledge_base: str = Field(max_length=64, description="Name or id.", examples=["bank"])
    content: str = Field(min_length=1, description="The text of the document.")
    filename: str = Field(default="document.txt", min_length=1, max_length=255)
    media_type: str | None = Field(default=None, max_length=128, examples=["text/markdown"])
    key: DocumentKey | None = None
    title: str | None = Field(default=None, max_length=500)
    metadata: Metadata = Field(default_factory=dict)


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
    policy: str
    metadata: Metadata
    problem: DocumentProblem | None
    created_at: datetime
    updated_at: datetime
