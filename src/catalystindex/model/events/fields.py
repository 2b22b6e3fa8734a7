"""The kinds of fields that payloads are made of, each with its bound.

A bound is checked where bytes are decoded, not where a struct is made in Python: who makes events
in bulk (importers, the synthetic bank) checks columns at once, or has the codec check.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from catalystindex.model.currency import MAX_MINOR

MIN_MICROS: Final = -62_135_596_800_000_000
MAX_MICROS: Final = 253_402_300_799_999_999
"""0001-01-01 to 9999-12-31 in microseconds since 1970-01-01T00:00:00Z: what `datetime` can say."""

PRICE_SCALE: Final = 1_000_000
"""Unit prices are whole millionths of the currency's major unit, as they go below its minor one."""

QUANTITY_SCALE: Final = 1_000
"""Quantities are whole thousandths of their unit: 1.5 tonnes are 1500 of ``TNE``."""

BASIS_POINTS: Final = 10_000
"""Shares are whole hundredths of a percent: 25% is 2500."""

Identifier = Annotated[
    str, Meta(min_length=1, max_length=200, description="An id of the source's own.")
]
Short = Annotated[str, Meta(min_length=1, max_length=140)]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Line = Annotated[str, Meta(min_length=1, max_length=1_000)]
Text = Annotated[str, Meta(max_length=20_000)]
Code = Annotated[str, Meta(min_length=1, max_length=35)]
Country = Annotated[
    str, Meta(min_length=2, max_length=2, description="ISO 3166-1 alpha-2, upper case.")
]
Day = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=10,
        description="ISO 8601 date, or its year, or its year and month, where no more is known.",
    ),
]
Micros = Annotated[
    int,
    Meta(ge=MIN_MICROS, le=MAX_MICROS, description="Microseconds since 1970-01-01T00:00:00Z."),
]
Minor = Annotated[
    int, Meta(ge=0, le=MAX_MINOR, description="Whole minor units of the currency beside it.")
]
Price = Annotated[
    int,
    Meta(ge=0, le=MAX_MINOR, description="Millionths of the currency's major unit, per unit."),
]
Quantity = Annotated[
    int, Meta(ge=0, le=MAX_MINOR, description="Thousandths of the unit it is counted in.")
]
Share = Annotated[int, Meta(ge=0, le=BASIS_POINTS, description="Hundredths of a percent.")]
Count = Annotated[int, Meta(ge=0, le=MAX_MINOR)]

Names = Annotated[tuple[Name, ...], Meta(max_length=100)]
Identifiers = Annotated[tuple[Identifier, ...], Meta(max_length=1_000)]
Lines = Annotated[tuple[Line, ...], Meta(max_length=50)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=50)]
Countries = Annotated[tuple[Country, ...], Meta(max_length=50)]
Days = Annotated[tuple[Day, ...], Meta(max_length=20)]


class Payload(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """What a kind of event says. Holds scalars and tuples of them, so no cycles."""
