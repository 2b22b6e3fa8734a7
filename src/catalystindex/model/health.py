"""Health of the process and readiness of its parts."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class CheckState(StrEnum):
    """``unknown`` means that the check itself could not run: that is not ``ok``.

    ``degraded`` parts are not well, and what is asked for is done all the same, later or slower.
    """

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Check(BaseModel):
    """One part and how it is."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: CheckState
    detail: str


class Health(BaseModel):
    """The process answers."""

    model_config = ConfigDict(frozen=True)

    status: CheckState
    version: str


class Readiness(BaseModel):
    """Whether requests will be served, part by part."""

    model_config = ConfigDict(frozen=True)

    ready: bool
    checks: list[Check]
