"""Moments of integers by the definition, exact until the last division."""

from collections.abc import Sequence
from fractions import Fraction


def central_moment(values: Sequence[int], power: int) -> float:
    """Return the mean of the powers of deviations: integers of any size, divided once."""
    n, total = len(values), sum(values)
    deviations: list[int] = [n * value - total for value in values]
    return float(Fraction(sum(int(one**power) for one in deviations), int(n ** (power + 1))))


def moments(values: Sequence[int]) -> dict[str, float]:
    """Return mean, min, max, variance, skew and kurtosis; what cannot be computed is 0."""
    if not values:
        return dict.fromkeys(("mean", "min", "max", "variance", "skew", "kurtosis"), 0.0)
    variance = central_moment(values, 2)
    return {
        "mean": sum(values) / len(values),
        "min": min(values),
        "max": max(values),
        "variance": variance,
        "skew": central_moment(values, 3) / variance**1.5 if variance else 0.0,
        "kurtosis": central_moment(values, 4) / variance**2 if variance else 0.0,
    }
