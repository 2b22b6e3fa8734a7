"""The parts that events play in patterns."""

from typing import Final

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
