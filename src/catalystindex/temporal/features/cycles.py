"""Features: temporal cycles that a payment closes, by number of edges."""

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.kernels.cycle_lanes import LANES, Lanes
from catalystindex.temporal.kernels.cycles import (
    MARKS_PER_ROW,
    PATIENCE,
    CycleRoom,
    count_cycles,
    widest_of,
)
from catalystindex.temporal.kernels.reachability import ORIGINS
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

ROOMY = 1024
"""Entries of a list for which there is room whether or not there is such a list."""


def cycle_room(view: View, scratch: Scratch, widest: int, rows: int) -> CycleRoom:
    """Return arrays to count cycles in.

    ``widest`` are the most entries of a list that are looked at, ``rows`` those of the window.
    """
    accounts, rim = len(view.out.start), 3 * (widest + 2)
    places = LANES * widest + 1
    cells = places * LANES
    lanes = Lanes(
        scratch.ints("cycle_early_place", accounts + 1),
        scratch.ints("cycle_late_place", accounts + 1),
        scratch.ints("cycle_early_cells", cells)[:cells].reshape(places, LANES),
        scratch.ints("cycle_late_cells", cells)[:cells].reshape(places, LANES),
        scratch.longs("cycle_payee_of", accounts + 1),
        scratch.longs("cycle_payer_of", accounts + 1),
        scratch.longs("cycle_payee_next", LANES),
        scratch.longs("cycle_payer_next", LANES),
        scratch.longs("cycle_found", LANES),
    )
    return CycleRoom(
        scratch.longs("cycle_early_stamp", accounts + 1),
        scratch.longs("cycle_late_stamp", accounts + 1),
        scratch.longs("cycle_reached", accounts),
        scratch.longs("cycle_reached_rows", rows),
        scratch.ints("cycle_early", rim),
        scratch.ints("cycle_late", rim),
        scratch.longs("cycle_cursors", 2 * (widest + 2)),
        scratch.longs("cycle_walk", 64),
        scratch.longs("cycle_pending", 3 * ORIGINS),
        scratch.floats("cycle_counts", 16),
        lanes,
        scratch.longs("cycle_ends", 4 * LANES),
    )


def _columns(settings: FeatureSettings) -> tuple[str, ...]:
    return tuple(f"cycles_{edges}" for edges in range(2, settings.cycle_length + 1))


def _run(
    view: View,
    lo: int,
    hi: int,
    window_rows: Ints,
    scatter_rows: Ints,
    settings: FeatureSettings,
    scratch: Scratch,
    out: Floats,
    column: int,
    flags: Shorts,
) -> None:
    rows = hi - int(window_rows[0]) if settings.cycle_length > 4 else 0
    widest = settings.pattern_entries
    if widest > ROOMY:
        widest = min(widest, widest_of(view, lo, hi))
    sizes = (len(view.out.start), widest, rows)
    room = scratch.kept("cycles", sizes, lambda: cycle_room(view, scratch, widest, rows))
    steps = settings.cycle_steps if settings.cycle_length <= 4 else settings.max_steps
    mark = scratch.marks((hi - lo) * MARKS_PER_ROW)
    count_cycles(
        view, lo, hi, window_rows, settings.cycle_length, settings.pattern_entries, steps, PATIENCE,
        mark, room, out, column, flags,
    )  # fmt: skip


CYCLES = Group("cycles", _columns, _run)
"""Of ``cycles_2`` to ``cycles_n`` by `FeatureSettings.cycle_length`."""
