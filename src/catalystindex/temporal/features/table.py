"""What a set of features is: names, one row of numbers per fresh payment, and flags."""

from dataclasses import dataclass
from typing import Final

from catalystindex.temporal.layout import Floats, Shorts

CAPPED_LIST: Final = 1
"""Flag: an account had more entries in the window than a kernel may look at."""
CAPPED_SEARCH: Final = 2
"""Flag: a search was ended by its bound on work: counts are lower bounds."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features of n payments: ``values`` is (n, len(names)) and C-contiguous."""

    names: tuple[str, ...]
    values: Floats
    flags: Shorts
    """By row: the bounds that bit, or-ed."""
