"""How a kind of document is chunked. The resolved policy is stored with each version."""

from pydantic import BaseModel, ConfigDict, Field


class ChunkPolicy(BaseModel):
    """A resolved policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    revision: int = Field(ge=1, description="Goes up whenever the same text may cut differently.")
    max_tokens: int = Field(ge=32, description="Tokens of the embedded text, specials included.")
    context_tokens: int = Field(
        ge=0, description="Of these, at most so many for the title and heading path."
    )


def default_policy(max_tokens: int) -> ChunkPolicy:
    """Return the one policy of this version, for an encoder that reads ``max_tokens``."""
    return ChunkPolicy(
        name="default", revision=1, max_tokens=max_tokens, context_tokens=max_tokens // 4
    )
