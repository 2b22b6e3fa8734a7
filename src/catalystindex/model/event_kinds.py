"""The kinds of events, as callers see them."""

from pydantic import BaseModel, ConfigDict, Field


class EventKind(BaseModel):
    """A kind of event."""

    model_config = ConfigDict(frozen=True)

    kind: str = Field(examples=["transaction"])
    summary: str
    required: list[str] = Field(description="Fields of its payload that must be there.")
    optional: list[str] = Field(description="The others.")


class EventKinds(BaseModel):
    """What a server knows of events."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = Field(description="Newest schema; older ones are brought up to it.")
    kinds: list[EventKind]
