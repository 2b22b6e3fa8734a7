"""Chunking policies as the API shows them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class PolicyInfo(BaseModel):
    """A policy of the product or of a workspace."""

    model_config = ConfigDict(frozen=True)

    name: str
    revision: int = Field(description="Goes up with every change.")
    builtin: bool = Field(description="Comes with the product and cannot be changed.")
    description: str
    body: dict[str, Any] = Field(description="The policy; see policy.schema.json.")
    created_by: str | None = Field(default=None, description="Null for those of the product.")
    created_at: datetime | None = None


class PolicyList(BaseModel):
    """All policies a workspace may name: the product's first, then its own, each by name."""

    model_config = ConfigDict(frozen=True)

    items: list[PolicyInfo]
