"""Amounts of many currencies in the minor units of one, exactly and in whole numbers."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from catalystindex.model.currency import MAX_MINOR, exponent
from catalystindex.model.errors import MoneyInvalid
from catalystindex.temporal.layout import Flags, Longs, Shorts
from catalystindex.temporal.payments import code_of_currency, currency_of_code

_MOST: Final = 2**62


class Money:
    """The currency that a run counts in, and what others are worth in it.

    A currency without a rate is taken at par of its minor units and counted in `unrated`; amounts
    that would be above `MAX_MINOR` become that and are counted in `capped`: nothing is silent.
    """

    def __init__(self, reference: str, rates: Mapping[str, Decimal] | None = None) -> None:
        """Take the currency to count in, and units of it per one unit of others.

        Raises `MoneyInvalid` for a currency that there is not, and a rate that is not above zero.
        """
        self.reference = reference
        self.code = code_of_currency(reference) if exponent(reference) >= 0 else 0
        self._factors = {
            code_of_currency(name): self._factor(name, rate) for name, rate in (rates or {}).items()
        }
        self._factors[self.code] = Fraction(1)
        self.unrated: Counter[str] = Counter()
        """Payments by currency that has no rate."""
        self.capped = 0

    def convert(self, amounts: Longs, currencies: Shorts, counted: Flags) -> Longs:
        """Return amounts in minor units of `reference`, halves rounded up.

        Only rows that are ``counted`` go into `unrated` and `capped`.
        """
        if not len(amounts) or bool((currencies == self.code).all()):
            return amounts
        converted = amounts.copy()
        for code in np.unique(currencies).tolist():
            which = currencies == code
            factor = self._factors.get(code)
            if factor is None:
                rows = int(np.count_nonzero(which & counted))
                if rows:
                    self.unrated[currency_of_code(code)] += rows
            elif factor != 1:
                converted[which] = self._times(amounts[which], factor, counted[which])
        return converted

    def _times(self, amounts: Longs, factor: Fraction, counted: Flags) -> Longs:
        top, bottom = factor.numerator * 2, factor.denominator * 2
        if int(amounts.max()) * top + bottom < _MOST:
            made = (amounts * top + factor.denominator) // bottom
            over = made > MAX_MINOR
        else:
            exact = [(one * top + factor.denominator) // bottom for one in amounts.tolist()]
            over = np.array([one > MAX_MINOR for one in exact], np.bool_)
            made = np.array([min(one, MAX_MINOR) for one in exact], np.int64)
        self.capped += int(np.count_nonzero(over & counted))
        return np.minimum(made, MAX_MINOR)

    def _factor(self, currency: str, rate: Decimal) -> Fraction:
        """Return minor units of the reference per minor unit of a currency."""
        if not (rate.is_finite() and rate > 0):
            raise MoneyInvalid(f"{rate} is no rate of {currency[:20]!r}")
        return Fraction(rate) * Fraction(10) ** (exponent(self.reference) - exponent(currency))
