"""An index generation: the whole index, for one encoder on one engine."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

EngineName = Literal["edge", "qdrant"]


class GenerationState(StrEnum):
    """Where a generation stands. One is active; the one before it is kept for a rollback."""

    BUILDING = "building"
    ACTIVE = "active"
    PREVIOUS = "previous"
    RETIRED = "retired"
    FAILED = "failed"
    CANCELLED = "cancelled"


class GenerationProblem(BaseModel):
    """Why a generation could not be built."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str


class Generation(BaseModel):
    """A generation as it is shown."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1)
    state: GenerationState
    engine: EngineName
    model: str = Field(description="Name of the encoder.")
    dimension: int = Field(description="Length of its vectors.")
    policy: str | None = Field(
        description="Policy by which documents of this workspace are chunked anew."
    )
    knowledge_bases: list[str] = Field(description="Ids of those chunked anew.")
    documents: int = Field(description="Documents it is to hold.")
    prepared: int = Field(description="Of these, with chunks and vectors.")
    points: int = Field(description="Points in its index so far.")
    problem: GenerationProblem | None
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None


class ReindexRequest(BaseModel):
    """What a new generation is to change. Nothing named: encoder and engine of the settings."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{}, {"policy": "policy_manual", "knowledge_bases": ["bank"]}]
        },
    )

    policy: str | None = Field(
        default=None,
        max_length=64,
        description="Chunk documents anew by this policy of the workspace.",
    )
    knowledge_bases: list[str] = Field(
        default_factory=list,
        max_length=32,
        description="Names or ids of those to chunk anew; all of the workspace's when empty.",
    )
