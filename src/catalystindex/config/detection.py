"""The section of the settings about detectors and alerts."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, JsonValue, field_validator, model_validator
from pydantic_settings import NoDecode

from catalystindex.config.sections import Section
from catalystindex.model.currency import EXPONENTS

Names = Annotated[tuple[str, ...], NoDecode]
Score = Annotated[int, Field(ge=0, le=100)]


class DetectionSettings(Section):
    """Which detectors look at the payments, how, and what becomes of their findings."""

    enabled: Names = Field(
        default=(),
        description="Names of the detectors that are run, separated by commas in the environment; "
        "all if empty.",
    )
    disabled: Names = Field(default=(), description="Names of detectors that are not run.")
    parameters: dict[str, dict[str, JsonValue]] = Field(
        default={},
        description="By detector, the parameters that are not to be its defaults "
        "(`catalystctl detectors show NAME`).",
    )
    lateness: Annotated[float, Field(ge=0, le=30 * 86_400)] = Field(
        default=3_600,
        description="Seconds that a payment may come after later ones; after that it is counted "
        "as late, and found by the next batch run only.",
    )
    idle: Annotated[float, Field(gt=0, le=86_400)] = Field(
        default=30,
        description="Seconds without payments after which those that wait for late ones are "
        "looked at.",
    )
    reference_currency: str = Field(
        default="EUR", description="Currency that amounts are counted in (ISO 4217)."
    )
    rates: dict[str, Decimal] = Field(
        default={},
        description="By currency, what one unit of it is in the reference currency, as text: "
        '`{ USD = "0.92" }`.',
    )
    severity_medium: Score = Field(
        default=50, description="Least score of an alert of medium severity."
    )
    severity_high: Score = Field(
        default=70, description="Least score of an alert of high severity."
    )
    severity_critical: Score = Field(
        default=85, description="Least score of an alert of critical severity."
    )
    max_alert_events: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="Events that an alert lists, and members of each role; all are counted.",
    )

    @field_validator("enabled", "disabled", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("reference_currency")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in EXPONENTS:
            raise ValueError(f"{value[:20]!r} is no currency of ISO 4217")
        return value

    @field_validator("rates")
    @classmethod
    def _usable(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for currency, rate in value.items():
            cls._known(currency)
            if not rate.is_finite() or rate <= 0:
                raise ValueError(f"the rate of {currency} must be above 0")
        return value

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.severity_medium <= self.severity_high <= self.severity_critical:
            raise ValueError("the least scores must rise from medium through high to critical")
        return self
