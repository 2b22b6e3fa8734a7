"""Tables of quantiles, in whole numbers, and the shape of a day, a week and a year.

They are computed with `decimal`, whose logarithm, root and exponential are correctly rounded, so
they are the same on every machine.
"""

from decimal import Context, Decimal, localcontext
from functools import cache
from typing import Final

import numpy as np

from catalystindex.synthetic.draws import TABLE_BITS, Ints

_STEPS: Final = 1 << TABLE_BITS
_CONTEXT: Final = Context(prec=28)
_HOUR: Final = 3_600_000_000

# Rational approximation of the normal quantile (P. J. Acklam), relative error below 1.2e-9.
_A = tuple(
    Decimal(text)
    for text in (
        "-39.69683028665376",
        "220.9460984245205",
        "-275.9285104469687",
        "138.3577518672690",
        "-30.66479806614716",
        "2.506628277459239",
    )
)
_B = tuple(
    Decimal(text)
    for text in (
        "-54.47609879822406",
        "161.5858368580409",
        "-155.6989798598866",
        "66.80131188771972",
        "-13.28068155288572",
        "1",
    )
)
_C = tuple(
    Decimal(text)
    for text in (
        "-0.007784894002430293",
        "-0.3223964580411365",
        "-2.400758277161838",
        "-2.549732539343734",
        "4.374664141464968",
        "2.938163982698783",
    )
)
_D = tuple(
    Decimal(text)
    for text in (
        "0.007784695709041462",
        "0.3224671290700398",
        "2.445134137142996",
        "3.754408661907416",
        "1",
    )
)
_TAIL: Final = Decimal("0.02425")

DAYTIME: Final = (
    1,
    1,
    1,
    1,
    2,
    5,
    15,
    35,
    60,
    75,
    80,
    85,
    90,
    85,
    75,
    75,
    85,
    95,
    90,
    70,
    45,
    25,
    12,
    4,
)
"""Weights of the hours for shopping and payments by hand."""

OFFICE: Final = (
    0,
    0,
    0,
    0,
    0,
    1,
    8,
    30,
    80,
    100,
    100,
    90,
    50,
    70,
    95,
    90,
    70,
    35,
    12,
    5,
    2,
    1,
    0,
    0,
)
"""Weights of the hours for companies."""

NIGHT_RUN: Final = (0, 0, 60, 100, 80, 40, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""Weights of the hours for what banks book in batches: salaries, debits, standing orders."""

EVENING: Final = (
    6,
    3,
    1,
    1,
    1,
    2,
    6,
    12,
    20,
    25,
    28,
    30,
    35,
    35,
    32,
    35,
    42,
    55,
    70,
    85,
    90,
    70,
    40,
    16,
)
"""Weights of the hours for payments between people."""

WEEK: Final = (940, 930, 960, 1010, 1160, 1250, 750)
"""Activity of shoppers from Monday to Sunday, in thousandths."""

YEAR: Final = (930, 910, 960, 980, 1000, 1010, 1010, 970, 990, 1010, 1070, 1230)
"""Activity of shoppers from January to December, in thousandths."""


def _polynomial(coefficients: tuple[Decimal, ...], at: Decimal) -> Decimal:
    total = Decimal(0)
    for coefficient in coefficients:
        total = total * at + coefficient
    return total


def _normal_quantile(share: Decimal) -> Decimal:
    """Return where a standard normal variable has this share below it."""
    if share > Decimal("0.5"):
        return -_normal_quantile(1 - share)
    if share < _TAIL:
        root = (-2 * share.ln()).sqrt()
        return _polynomial(_C, root) / _polynomial(_D, root)
    centred = share - Decimal("0.5")
    square = centred * centred
    return _polynomial(_A, square) / _polynomial(_B, square) * centred


@cache
def _normal_table() -> tuple[Decimal, ...]:
    points = 2 * (_STEPS + 1)
    return tuple(_normal_quantile(Decimal(2 * step + 1) / points) for step in range(_STEPS + 1))


@cache
def lognormal(median: int, sigma: str) -> Ints:
    """Return the quantiles of a log-normal distribution, as whole numbers.

    ``sigma`` is the deviation of the logarithm, a decimal in text. The tails end at one in 2,000.
    """
    with localcontext(_CONTEXT):
        spread = Decimal(sigma)
        values = [int((median * (spread * z).exp()).to_integral_value()) for z in _normal_table()]
    return np.array(values, dtype=np.int64)


@cache
def time_of_day(hours: tuple[int, ...]) -> Ints:
    """Return the quantiles of the time of day in micros, from weights of its hours."""
    total = sum(hours)
    table, hour, below = [], 0, 0
    for step in range(_STEPS):
        target = step * total  # in units of 1/_STEPS of a weight
        while (below + hours[hour]) * _STEPS <= target:
            below += hours[hour]
            hour += 1
        within = target - below * _STEPS
        table.append(hour * _HOUR + within * _HOUR // (hours[hour] * _STEPS))
    last = max(hour for hour, weight in enumerate(hours) if weight) + 1
    return np.array([*table, last * _HOUR - 1], dtype=np.int64)


def zipf_lottery(count: int, tickets: int, offset: int = 3) -> Ints:
    """Return numbers from 0 to below count, the r-th about ``1 / (r + offset)`` as often.

    The length is near ``tickets`` where that is well above ``count``; each number is in it.
    """
    ranks = np.arange(count, dtype=np.int64) + offset
    weights = (10**12) // ranks
    shares = np.maximum(1, weights * tickets // int(weights.sum()))
    return np.repeat(np.arange(count, dtype=np.int64), shares)
