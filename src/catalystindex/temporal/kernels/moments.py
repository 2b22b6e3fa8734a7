"""Moments of a run of integers, exact enough for amounts of 10**15 with a spread of 1.

The sum is exact. Deviations are taken from the integer next to the mean, so they are integers and
exact too; their powers are summed, and what the mean differs from that integer is corrected for.
Nothing is subtracted that is large against the result, as running sums of powers would be.

Moments are those of the population: variance is m2, skew m3 / m2**1.5, kurtosis m4 / m2**2 (3 for a
normal distribution; not the excess). Skew and kurtosis are 0 where the variance is.
"""

from math import sqrt

from catalystindex.temporal.compiled import compiled, folded
from catalystindex.temporal.layout import Floats, Longs


@folded
def _powers(values: Longs, pivot: int) -> tuple[float, float, float]:
    """Return the sums of the second, third and fourth powers of what values deviate by.

    Four lanes are summed side by side, in this order on every machine.
    """
    a2 = a3 = a4 = b2 = b3 = b4 = c2 = c3 = c4 = e2 = e3 = e4 = 0.0
    n = len(values)
    for four in range(n >> 2):
        i = four * 4
        a, b = float(values[i] - pivot), float(values[i + 1] - pivot)
        c, e = float(values[i + 2] - pivot), float(values[i + 3] - pivot)
        aa, bb, cc, ee = a * a, b * b, c * c, e * e
        a2, b2, c2, e2 = a2 + aa, b2 + bb, c2 + cc, e2 + ee
        a3, b3, c3, e3 = a3 + aa * a, b3 + bb * b, c3 + cc * c, e3 + ee * e
        a4, b4, c4, e4 = a4 + aa * aa, b4 + bb * bb, c4 + cc * cc, e4 + ee * ee
    for i in range(n & ~3, n):
        a = float(values[i] - pivot)
        aa = a * a
        a2, a3, a4 = a2 + aa, a3 + aa * a, a4 + aa * aa
    return (a2 + b2) + (c2 + e2), (a3 + b3) + (c3 + e3), (a4 + b4) + (c4 + e4)


@folded
def _gap_powers(times: Longs, pivot: int) -> tuple[float, float, float]:
    """Return `_powers` of the differences between successive times."""
    a2 = a3 = a4 = b2 = b3 = b4 = 0.0
    n = len(times) - 1
    for two in range(n >> 1):
        i = two * 2
        middle = times[i + 1] - pivot
        a, b = float(middle - times[i]), float(times[i + 2] - times[i + 1] - pivot)
        aa, bb = a * a, b * b
        a2, b2 = a2 + aa, b2 + bb
        a3, b3 = a3 + aa * a, b3 + bb * b
        a4, b4 = a4 + aa * aa, b4 + bb * bb
    if n & 1:
        a = float(times[n] - times[n - 1] - pivot)
        aa = a * a
        a2, a3, a4 = a2 + aa, a3 + aa * a, a4 + aa * aa
    return a2 + b2, a3 + b3, a4 + b4


@compiled
def _shape(n: int, rest: int, powers: tuple[float, float, float], unit: float, out: Floats) -> None:
    """Write variance, skew and kurtosis; ``rest`` is the sum of the deviations."""
    s2, s3, s4 = powers
    delta = rest / n
    square = delta * delta
    m2 = s2 / n - square
    if m2 <= 0.0:
        return
    m3 = s3 / n - delta * (3.0 * (s2 / n) - 2.0 * square)
    m4 = s4 / n - delta * (4.0 * (s3 / n) - delta * (6.0 * (s2 / n) - 3.0 * square))
    out[0] = m2 * unit * unit
    out[1] = m3 / (m2 * sqrt(m2))
    out[2] = m4 / (m2 * m2)


@compiled
def value_moments(values: Longs, out: Floats) -> None:
    """Write sum, mean, min, max, variance, skew and kurtosis of one or more values."""
    low = high = values[0]
    halves, lows, wrapped = 0, 0, 0
    for i in range(len(values)):
        value = values[i]
        low, high = min(low, value), max(high, value)
        # A sum of 10,000 values of 10**15 does not fit 64 bits, but those of halves do.
        halves += value >> 32
        lows += value & 0xFFFFFFFF
        wrapped += value
    n = len(values)
    total = float(halves) * 4294967296.0 + float(lows)
    out[0], out[1], out[2], out[3] = total, total / n, low, high
    if low == high:
        return
    pivot = int(total / n + 0.5)
    # Right in spite of overflow: what is left of both is small.
    _shape(n, wrapped - n * pivot, _powers(values, pivot), 1.0, out[4:7])


@compiled
def gap_moments(times: Longs, unit: float, out: Floats) -> None:
    """Write mean, min, max, variance, skew and kurtosis of the gaps between two or more times.

    ``unit`` is what one unit of time counts in the result.
    """
    n = len(times) - 1
    low = high = times[1] - times[0]
    for i in range(1, n):
        gap = times[i + 1] - times[i]
        low, high = min(low, gap), max(high, gap)
    total = times[n] - times[0]
    out[0], out[1], out[2] = total / n * unit, low * unit, high * unit
    if low == high:
        return
    pivot = (total + (n >> 1)) // n
    _shape(n, total - n * pivot, _gap_powers(times, pivot), unit, out[3:6])
