"""Metrics whose labels have closed lists of values, so that the number of series is bounded."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

Kind = TypeVar("Kind", Counter, Gauge, Histogram)


class Bounded(Generic[Kind]):
    """A labelled metric and, in the order of its labels, the values each of them may have.

    ``shown`` names the combinations that are there, at 0, from the start; all by default. A rate
    over a series that begins with its first event would not see that event.
    """

    def __init__(
        self,
        metric: Kind,
        allowed: Mapping[str, Sequence[str]],
        shown: Iterable[tuple[str, ...]] | None = None,
    ) -> None:
        self._metric: Kind = metric
        self._allowed = {label: tuple(map(str, values)) for label, values in allowed.items()}
        for values in self.combinations() if shown is None else shown:
            self.at(*values)

    def combinations(self) -> list[tuple[str, ...]]:
        """Return every combination of values the labels may have."""
        return list(product(*self._allowed.values()))

    def at(self, *values: str) -> Kind:
        """Return the series of these values; raise `ValueError` if one is not in its list."""
        for (label, allowed), value in zip(self._allowed.items(), values, strict=True):
            if value not in allowed:
                known = ", ".join(allowed)
                raise ValueError(f"{value!r} is no value of the label {label}: {known}")
        series: Kind = self._metric.labels(*values)
        return series


def set_all(gauge: Bounded[Gauge], values: Mapping[tuple[str, str], float]) -> None:
    """Set what is named and everything else to 0; a `ValueError` leaves the gauge as it was."""
    named = [(gauge.at(*labels), value) for labels, value in values.items()]
    for labels in gauge.combinations():
        if labels not in values:
            gauge.at(*labels).set(0)
    for series, value in named:
        series.set(value)
