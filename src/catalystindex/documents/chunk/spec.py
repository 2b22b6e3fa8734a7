"""A policy as people write it: how a kind of document is cut, and what it must carry."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalystindex.model.document import MetadataKey

TierName = Literal["semantic", "window", "criteria", "table", "highlight", "page"]
ExtractorName = Literal["icd10", "dsm", "dates", "money", "accounts", "emails", "organisations"]
MetadataType = Literal["text", "integer", "boolean", "date", "list"]
BASE_TIER = "semantic"


class Strict(BaseModel):
    """Frozen; a key that is not known is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SemanticTier(Strict):
    """The base tier: passages that follow the headings; every non-blank character once."""

    tier: Literal["semantic"]


class WindowTier(Strict):
    """Overlapping runs of sentences inside a section: what stands across two base passages."""

    tier: Literal["window"]
    sentences: int = Field(default=6, ge=1, le=40, description="Sentences in a window.")
    overlap: int = Field(default=2, ge=0, le=39, description="Of these, shared with the next.")

    @model_validator(mode="after")
    def _moves_on(self) -> Self:
        if self.overlap >= self.sentences:
            raise ValueError("'overlap' must be less than 'sentences', or no window moves on")
        return self


class CriteriaTier(Strict):
    """Each lettered, numbered or bulleted item by itself, embedded with its lead-in."""

    tier: Literal["criteria"]
    bullets: bool = Field(default=True, description="Also items that have no letter or number.")


class TableTier(Strict):
    """Groups of rows, embedded under the caption and the header of their table."""

    tier: Literal["table"]
    when: Literal["always", "split"] = Field(
        default="split", description="`split`: only tables that the base tier had to cut."
    )
    max_rows: int = Field(
        default=500,
        ge=1,
        le=1_000_000,
        description="Tables of more rows are data, not reading matter: the base tier has them.",
    )


class HighlightTier(Strict):
    """The most central sentences of each section (LexRank by degree)."""

    tier: Literal["highlight"]
    percent: int = Field(default=10, ge=1, le=50, description="Of the sentences of a section.")
    least_sentences: int = Field(
        default=8, ge=3, le=1000, description="Shorter sections have no highlight."
    )


class PageTier(Strict):
    """Whole pages, cut at the limit; nothing for formats without pages."""

    tier: Literal["page"]


Tier = Annotated[
    SemanticTier | WindowTier | CriteriaTier | TableTier | HighlightTier | PageTier,
    Field(discriminator="tier"),
]


class Context(Strict):
    """What is embedded in front of each passage."""

    title: bool = Field(default=True, description="The title of the document.")
    headings: bool = Field(default=True, description="The headings above the passage.")
    percent: int = Field(
        default=25, ge=0, le=50, description="Of the tokens, at most so many for both."
    )


class AppliesTo(Strict):
    """Hints for people who choose; nothing is chosen by them."""

    media_types: tuple[Annotated[str, Field(max_length=128)], ...] = Field(
        default=(), max_length=20
    )
    examples: tuple[Annotated[str, Field(max_length=200)], ...] = Field(default=(), max_length=20)


PolicyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def _check_tiers(tiers: tuple[Tier, ...]) -> None:
    names = [tier.tier for tier in tiers]
    if not names or names[0] != BASE_TIER:
        raise ValueError(f"the first of 'tiers' must be {BASE_TIER!r}: it loses no character")
    if len(set(names)) != len(names):
        raise ValueError("'tiers' names a tier twice")


class Policy(Strict):
    """A policy before it is resolved for an encoder."""

    name: PolicyName
    description: str = Field(min_length=1, max_length=1000, description="For which documents.")
    revision: int = Field(
        default=1, ge=1, description="Goes up whenever the same text may cut differently."
    )
    max_tokens: Literal["encoder"] | Annotated[int, Field(ge=32, le=8192)] = Field(
        default="encoder",
        description="Tokens of the embedded text, specials included; never above the encoder's.",
    )
    context: Context = Context()
    tiers: tuple[Tier, ...] = Field(
        min_length=1, max_length=6, description="The base tier, then what it is joined by."
    )
    required_metadata: dict[MetadataKey, MetadataType] = Field(
        default_factory=dict,
        max_length=32,
        description="Keys a document must come with, and their types.",
    )
    extract: tuple[ExtractorName, ...] = Field(
        default=(), max_length=7, description="What is drawn from each chunk as its metadata."
    )
    applies_to: AppliesTo = AppliesTo()

    @model_validator(mode="after")
    def _begins_with_the_base(self) -> Self:
        _check_tiers(self.tiers)
        return self
