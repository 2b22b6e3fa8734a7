"""What every detector is: a versioned function from a window to findings.

A detector is written once and run three ways (local batch, stream, cluster). The runs agree
because of what the contract demands of `Detector.detect`:

- a finding belongs to the row of its last event: it is reported exactly when that row is fresh;
- it depends on nothing but rows up to that one, back to `Detector.lookback` before its time, and
  on what the window remembers of accounts (``source_before``, ``target_before``);
- it does not depend on codes, rows or the order of codes: only on ids, times and amounts;
- bounded work: a bound that bites is named in the finding.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from catalystindex.detection.finding import Finding
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.window import Window

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
"""In microseconds."""

LARGEST: Final = 2**62
"""Of whole numbers among parameters: kernels count in 64 bits."""


class Parameters(BaseModel):
    """The parameters of a detector: each with a default and a meaning. Subclasses add theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_score: int = Field(
        default=50, ge=0, le=100, description="Findings that score less are not reported."
    )

    @field_validator("*")
    @classmethod
    def _fits(cls, value: object) -> object:
        if isinstance(value, int) and abs(value) > LARGEST:
            raise ValueError(f"a whole number must be at most {LARGEST}")
        return value


@dataclass(frozen=True, slots=True)
class Weight:
    """A line of a detector's table: what speaks for a finding, and how much."""

    code: str
    """Snake case, unique within the detector."""
    points: int
    """The most it adds to the score."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a typology is described."""

    publisher: str
    """Such as ``FATF``, ``FFIEC``, ``Egmont Group``."""
    title: str
    year: int


P = TypeVar("P", bound=Parameters)


class Detector(ABC, Generic[P]):
    """Finds one typology. Subclasses set the class variables and implement `detect`."""

    name: ClassVar[str]
    """Snake case, unique; also the name of its page in the docs."""
    version: ClassVar[int]
    """Raised whenever the same input may give another finding."""
    typology: ClassVar[str]
    """The field's name of what it finds, such as ``fan_in``."""
    title: ClassVar[str]
    """One line for people."""
    definition: ClassVar[str]
    """The formal definition, in terms of events, times and the parameters by name."""
    sources: ClassVar[tuple[Source, ...]]
    weights: ClassVar[tuple[Weight, ...]]
    explains: ClassVar[frozenset[str]] = frozenset()
    """Names of detectors whose alerts this one explains: a gather-scatter explains the fan-in that
    is one half of it. An explained alert is kept, and points to the one that explains it."""
    parameters: type[P]
    """The class of its parameters."""

    def __init__(self, params: P | None = None) -> None:
        self.params: P = self.parameters() if params is None else params

    @property
    @abstractmethod
    def lookback(self) -> int:
        """Microseconds before a fresh row that may matter to what is found there."""

    @abstractmethod
    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Return the findings whose last event is a fresh row, in any order.

        Never raises on payments that the intake lets through.
        """


AnyDetector = Detector[Any]


def lookback_of(detectors: Sequence[AnyDetector]) -> int:
    """Return how much history detectors need together, in microseconds."""
    return max((one.lookback for one in detectors), default=DAY)
