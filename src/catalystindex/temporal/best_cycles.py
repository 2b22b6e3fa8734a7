"""The best cycle that each payment closes: rows for a detector to make evidence of."""

from dataclasses import dataclass

import numpy as np

from catalystindex.model.errors import ConfigurationError
from catalystindex.temporal.features.table import CAPPED_SEARCH
from catalystindex.temporal.kernels.best_cycle import Path, Terms, best_cycles
from catalystindex.temporal.kernels.spans import window_rows
from catalystindex.temporal.layout import Flags, Floats, Fresh, Ints
from catalystindex.temporal.window import Window

MOST_EDGES = 32


@dataclass(frozen=True, slots=True)
class BestCycles:
    """By fresh row: the best cycle that it closes."""

    rows: Ints
    """(n, longest): rows in order of time, the fresh one last, then -1; -1 alone if none."""
    closeness: Floats
    """Least quotient of the smaller and the larger of two successive amounts; 0 if none."""
    capped: Flags
    """The bound on steps ended the search: there may be a better one."""


def find_cycles(window: Window, fresh: Fresh, span: int, terms: Terms) -> BestCycles:
    """Return the best cycle (`kernels.best_cycle.best_cycle`) within ``span`` that each row closes.

    ``span`` is in microseconds; the window must keep as much. Raises `ConfigurationError` for terms
    that no cycle can meet.
    """
    if not 2 <= terms.shortest <= terms.longest <= MOST_EDGES or terms.max_steps < 1:
        raise ConfigurationError(
            f"cycles of {terms.shortest} to {terms.longest} edges in {terms.max_steps} steps "
            f"cannot be looked for: give 2 to {MOST_EDGES} edges and at least one step"
        )
    view, count = window.view, fresh.hi - fresh.lo
    since = np.empty(count, np.int32)
    window_rows(view.time, view.base, view.first, fresh.lo, fresh.hi, span, since)
    found = np.full((count, terms.longest), -1, np.int32)
    closeness, flags = np.zeros(count), np.zeros(count, np.int16)
    room = np.zeros((4, MOST_EDGES), np.int64)
    path = Path(room[0], room[1], room[2], room[3], np.zeros(MOST_EDGES))
    best_cycles(view, fresh.lo, fresh.hi, since, terms, path, found, closeness, flags)
    return BestCycles(found, closeness, flags == CAPPED_SEARCH)
