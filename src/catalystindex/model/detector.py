"""Detectors, as the API and the SDK speak of them."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class DetectorHead(BaseModel):
    """A detector in short."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int = Field(description="Raised whenever the same payments may give other alerts.")
    title: str
    typology: str
    enabled: bool = Field(description="Whether this installation runs it.")


class DetectorSource(BaseModel):
    """Where a typology is described."""

    model_config = ConfigDict(frozen=True)

    publisher: str
    title: str
    year: int


class DetectorWeight(BaseModel):
    """What speaks for a finding, and how much."""

    model_config = ConfigDict(frozen=True)

    code: str
    points: int = Field(description="The most it adds to the score.")
    meaning: str


class DetectorInfo(DetectorHead):
    """A detector with its definition and parameters."""

    definition: str = Field(description="In terms of events, times and the parameters by name.")
    sources: tuple[DetectorSource, ...]
    weights: tuple[DetectorWeight, ...]
    explains: tuple[str, ...] = Field(description="Detectors whose alerts it may explain.")
    parameters: dict[str, JsonValue] = Field(
        description="JSON Schema of its parameters, with defaults and meanings."
    )
    values: dict[str, JsonValue] = Field(description="The parameters in force.")
