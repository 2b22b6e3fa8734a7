"""The audit log as callers see it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class AuditEntry(BaseModel):
    """One action, bound to the one before it by its hash."""

    model_config = ConfigDict(frozen=True)

    sequence: int = Field(description="Place in the workspace's chain, from 1.")
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, str | int | bool | None]
    previous_hash: str
    hash: str = Field(description="SHA-256 over the canonical bytes of the entry.")


class AuditReport(BaseModel):
    """What verifying a chain found."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    valid: bool
    entries: int
    head: str = Field(description="Hash of the newest entry; 64 zeros for an empty chain.")
    problem: str | None = Field(description="The first entry that does not hold, and why.")
