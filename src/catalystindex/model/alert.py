"""Alerts, as the API and the SDK speak of them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How soon somebody should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """Whether an alert stands for itself."""

    OPEN = "open"
    EXPLAINED = "explained"
    """Another alert contains its pattern (`Alert.explained_by`)."""


class AlertReason(BaseModel):
    """A reason code with the fact behind it."""

    model_config = ConfigDict(frozen=True)

    code: str
    weight: int = Field(description="Points it adds to the score.")
    fact: str


class AlertHead(BaseModel):
    """A suspicion in short: one pattern, from its first finding through its growth."""

    model_config = ConfigDict(frozen=True)

    alert_id: str = Field(
        description="Hash of detector, version, parameters, anchor and first evidence."
    )
    detector: str
    version: int
    typology: str
    severity: Severity
    score: int = Field(ge=0, le=100)
    state: AlertState = AlertState.OPEN
    explained_by: str | None = Field(default=None, description="Id of the alert that contains it.")
    anchor: tuple[str, ...] = Field(description="What the pattern keeps while it grows.")
    events: int = Field(description="How many events are evidence.")
    start: datetime
    end: datetime
    amount: int = Field(
        description="The most that a single finding of it moved, in minor units of `currency`."
    )
    currency: str | None = None
    rationale: str
    bounds: tuple[str, ...] = Field(
        default=(), description="Parameters that bounded it: there may be more than is said."
    )
    revision: int = Field(
        description="Rises by 1 with each finding merged into it, and each change of `state` or "
        "`explained_by`."
    )


class Alert(AlertHead):
    """A suspicion with its evidence."""

    roles: dict[str, tuple[str, ...]] = Field(
        description="Ids of accounts and parties by the part they play."
    )
    event_ids: tuple[str, ...] = Field(
        description="The evidence, in order of time and event id; fewer than `events` if cut."
    )
    event_times: tuple[datetime, ...] = Field(description="When each of these events was.")
    reasons: tuple[AlertReason, ...] = Field(description="What the score is made of.")
    parameters: dict[str, object] = Field(description="The detector's, as they were.")


class AlertCounts(BaseModel):
    """How many alerts a workspace has."""

    model_config = ConfigDict(frozen=True)

    total: int
    by_severity: dict[Severity, int]
    by_state: dict[AlertState, int]
    by_typology: dict[str, dict[Severity, int]]
