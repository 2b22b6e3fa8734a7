"""A knowledge base: a named set of documents inside a workspace."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

KnowledgeBaseName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        description="Lower-case letters, digits, dot, dash and underscore; unique in a workspace.",
        examples=["bank"],
    ),
]


class KnowledgeBaseCreate(BaseModel):
    """What a caller says to make a knowledge base."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: KnowledgeBaseName
    description: str = Field(default="", max_length=2000, examples=["KYC files and policies"])


class KnowledgeBase(BaseModel):
    """A knowledge base as it is stored."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    description: str
    created_at: datetime
    chunks: int = Field(description="Chunks that answer searches now.")
    documents: int = Field(description="Documents in it, whatever their status.")
