"""Countries that the FATF names, as of 13 February 2026. The lists change three times a year."""

from typing import Final

CALL_FOR_ACTION: Final = ("IR", "KP", "MM")
"""High-Risk Jurisdictions subject to a Call for Action (the black list)."""

INCREASED_MONITORING: Final = (
    "AO", "BG", "BO", "CD", "CI", "CM", "DZ", "HT", "KE", "KW", "LA", "LB", "MC", "NA", "NP", "PG",
    "SS", "SY", "VE", "VG", "VN", "YE",
)  # fmt: skip
"""Jurisdictions under Increased Monitoring (the grey list)."""
