"""A policy resolved for an encoder. It is stored with each version and is part of its id."""

from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalystindex.documents.chunk.policy_file import read_policy
from catalystindex.documents.chunk.spec import (
    ExtractorName,
    MetadataType,
    Policy,
    SemanticTier,
    Tier,
)
from catalystindex.model.document import MetadataKey

DEFAULT_POLICY = "default"
BUILTIN_NAMES = (
    DEFAULT_POLICY,
    "clinical_criteria",
    "clinical_note",
    "legal_document",
    "policy_manual",
    "correspondence",
    "financial_filing",
)


class ChunkPolicy(BaseModel):
    """A resolved policy. Those stored before there were tiers have the base tier alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    revision: int = Field(ge=1, description="Goes up whenever the same text may cut differently.")
    max_tokens: int = Field(ge=32, description="Tokens of the embedded text, specials included.")
    context_tokens: int = Field(
        ge=0, description="Of these, at most so many for the title and heading path."
    )
    title: bool = True
    headings: bool = True
    tiers: tuple[Tier, ...] = Field(default=(SemanticTier(tier="semantic"),), min_length=1)
    required_metadata: dict[MetadataKey, MetadataType] = Field(default_factory=dict)
    extract: tuple[ExtractorName, ...] = ()

    @model_validator(mode="after")
    def _has_room_for_text(self) -> Self:
        if self.context_tokens > self.max_tokens // 2:
            raise ValueError("'context_tokens' leaves no room for text: at most half of the tokens")
        return self


def resolve_policy(policy: Policy, encoder_tokens: int) -> ChunkPolicy:
    """Return a policy for an encoder that reads ``encoder_tokens``; no chunk is longer than that.

    A limit above the encoder's is the encoder's: what lies beyond would not be embedded.
    """
    wanted = encoder_tokens if policy.max_tokens == "encoder" else policy.max_tokens
    limit = min(wanted, encoder_tokens)
    return ChunkPolicy(
        name=policy.name,
        revision=policy.revision,
        max_tokens=limit,
        context_tokens=limit * policy.context.percent // 100,
        title=policy.context.title,
        headings=policy.context.headings,
        tiers=policy.tiers,
        required_metadata=policy.required_metadata,
        extract=policy.extract,
    )


@cache
def builtin_policies() -> dict[str, Policy]:
    """Return the policies that come with the product, by name, in one order."""
    folder = files("catalystindex.documents.chunk") / "policies"
    names = [f"{name}.yaml" for name in BUILTIN_NAMES]
    read = [read_policy((folder / name).read_bytes(), name) for name in names]
    return {policy.name: policy for policy in read}


def default_policy(max_tokens: int) -> ChunkPolicy:
    """Return the policy of documents that name none, for an encoder that reads ``max_tokens``."""
    return resolve_policy(builtin_policies()[DEFAULT_POLICY], max_tokens)
