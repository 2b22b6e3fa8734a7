"""How a kind of document is chunked. The resolved policy is stored with each version."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ChunkPolicy(BaseModel):
    """A resolved policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    revision: int = Field(ge=1, description="Goes up whenever the same text may cut differently.")
    max_tokens: int = Field(ge=32, description="Tokens of the embedded text, specials included.")
    context_tokens: int = Field(
        ge=0, description="Of these, at most so many for the title and heading path."
    )

    @model_validator(mode="after")
    def _has_room_for_text(self) -> Self:
        if self.context_tokens > self.max_tokens // 2:
            raise ValueError("'context_tokens' leaves no room for text: at most half of the tokens")
        return self


def default_policy(max_tokens: int) -> ChunkPolicy:
    """Return the one policy of this version, for an encoder that reads ``max_tokens``."""
    return ChunkPolicy(
        name="default", revision=1, max_tokens=max_tokens, context_tokens=max_tokens // 4
    )
