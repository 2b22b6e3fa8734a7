"""The parts that events play in patterns."""

from typing import Final

import numpy as np
import numpy.typing as npt

from catalystindex.synthetic.columns import Column, words

ROLES: Final = (
    "deposit", "gather", "scatter", "placement", "layering", "integration", "hop", "commission",
    "cash_out", "wake", "drain", "test", "purchase", "payment", "refund", "invoice", "shipment",
    "tip", "order", "trade", "announcement", "ownership", "rent", "wage", "gift", "sale", "payout",
    "supply", "quote", "season", "takings", "settlement", "control",
)  # fmt: skip
"""Every part, by number."""

_NUMBERS: Final = {name: number for number, name in enumerate(ROLES)}


def role_number(name: str) -> int:
    """Return the number of a part."""
    return _NUMBERS[name]


def role_words(numbers: npt.NDArray[np.integer]) -> Column:
    """Return the names of parts; a negative number is null."""
    return words(ROLES, numbers)
