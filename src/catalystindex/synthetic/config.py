"""What a synthetic bank is made from: everything in it is a function of these few values."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from catalystindex.model.currency import EXPONENTS
from catalystindex.model.errors import SyntheticInvalid

TYPOLOGIES: Final[tuple[str, ...]] = (
    "structuring",
    "fan_in",
    "fan_out",
    "gather_scatter",
    "scatter_gather",
    "cycle",
    "bipartite",
    "stack",
    "mule_chain",
    "dormant_reactivation",
    "account_takeover",
    "shared_device_ring",
    "card_testing",
    "over_invoicing",
    "under_invoicing",
    "phantom_shipment",
    "carousel",
    "multiple_invoicing",
    "insider_dealing",
    "shell_company",
)
"""Names of all typologies, in the order in which their patterns are numbered."""

DIFFICULTIES: Final = {"easy": 0.0, "default": 0.5, "hard": 1.0}
"""Named levels of difficulty."""

MIN_ACCOUNTS: Final = 500
"""Below this there are not enough different people for every typology."""

MAX_ACCOUNTS: Final = 5_000_000
MIN_DAYS: Final = 1
MAX_DAYS: Final = 3_660
DAY_MICROS: Final = 86_400_000_000
_FIRST: Final = date(1990, 1, 1)
_LAST: Final = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class SynthConfig:
    """A bank of so many accounts over so many days.

    ``difficulty`` goes from 0 (patterns stand out) to 1 (their amounts, delays and surroundings are
    those of ordinary payments). ``density`` multiplies how many patterns are planted, lawful
    look-alikes included; 0 plants none. Amounts are of the one ``currency``, which must have two
    decimals, as prices in the tables of behaviour do. Raises `SyntheticInvalid`.
    """

    accounts: int = 20_000
    days: int = 60
    seed: int = 1
    start: date = date(2024, 1, 1)
    difficulty: float = DIFFICULTIES["default"]
    density: float = 1.0
    currency: str = "EUR"
    typologies: tuple[str, ...] = TYPOLOGIES
    lookalikes: bool = True

    def __post_init__(self) -> None:
        _within("accounts", self.accounts, MIN_ACCOUNTS, MAX_ACCOUNTS)
        _within("days", self.days, MIN_DAYS, MAX_DAYS)
        _within("seed", self.seed, 0, 2**63 - 1)
        _within("difficulty", self.difficulty, 0, 1)
        _within("density", self.density, 0, 100)
        if not _FIRST <= self.start <= _LAST:
            raise SyntheticInvalid(f"start {self.start} is not in {_FIRST} to {_LAST}")
        if EXPONENTS.get(self.currency) != 2:
            raise SyntheticInvalid(f"{self.currency[:20]!r} is no ISO 4217 code with two decimals")
        unknown = [name for name in self.typologies if name not in TYPOLOGIES]
        if unknown:
            raise SyntheticInvalid(
                f"{unknown[0][:40]!r} is no typology; there are {', '.join(TYPOLOGIES)}"
            )
        if len(set(self.typologies)) != len(self.typologies):
            raise SyntheticInvalid("a typology is named twice")

    @property
    def origin(self) -> int:
        """Micros at which day 0 begins, midnight of UTC."""
        begin = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return (begin - datetime(1970, 1, 1, tzinfo=UTC)).days * DAY_MICROS

    @property
    def end(self) -> int:
        """Micros at which the period ends; no event is at or after it."""
        return self.origin + self.days * DAY_MICROS

    def date_of(self, day: int) -> date:
        """Return the date of a day counted from 0; it may be outside the period."""
        return self.start + timedelta(days=day)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SyntheticInvalid(f"{name} is {value}; it must be from {low} to {high}")
