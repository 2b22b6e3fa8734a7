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


class Alert(BaseModel):
    """A suspicion: one pattern, from its first finding through its growth."""

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
    anchor: tuple[str, ...]
    roles: dict[str, tuple[str, ...]]
    event_ids: tuple[str, ...] = Field(description="The evidence, in order of time and event id.")
    events: int = Field(description="How many events there are; more than listed if it was cut.")
    start: datetime
    end: datetime
    amount: int = Field(description="Minor units, of `currency`.")
    currency: str | None = None
    reasons: tuple[AlertReason, ...]
    rationale: str
    bounds: tuple[str, ...] = ()
    parameters: dict[str, object] = Field(description="The detector's, as they were.")
    revision: int = Field(
        description="Rises by 1 with each finding merged into it, and each change of `state` or "
        "`explained_by`."
    )
