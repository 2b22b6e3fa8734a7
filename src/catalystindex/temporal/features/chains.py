"""Features: the pass-through chain that a payment ends, and the flow through its payer."""

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.settings import LONGEST_CHAIN, FeatureSettings
from catalystindex.temporal.kernels.chains import ChainTerms, Trail, longest_chains
from catalystindex.temporal.kernels.throughflow import through_flow
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

COLUMNS = ("chain_length", "chain_share", "flow_in", "flow_share")
"""Edges of the longest chain; the share of its first amount that arrived; what came in to the payer
within ``scatter_window`` before, in minor units; the share of it that has gone out."""


def _columns(settings: FeatureSettings) -> tuple[str, ...]:
    return COLUMNS


def _room(scratch: Scratch, edges: int) -> tuple[Trail, Ints]:
    """Return arrays to look for chains in."""
    size = LONGEST_CHAIN + 2
    room = scratch.longs("chain_trail", 4 * size)
    trail = Trail(room[:size], room[size : 2 * size], room[2 * size : 3 * size], room[3 * size :])
    return trail, scratch.ints("chain_rows", edges)[:edges]


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
    edges = settings.chain_length
    trail, found = scratch.kept("chains", (edges,), lambda: _room(scratch, edges))
    terms = ChainTerms(
        edges, settings.pass_delay, settings.keep_low, settings.keep_high,
        settings.chain_steps,
    )  # fmt: skip
    longest_chains(view, lo, hi, window_rows, terms, trail, found, out, column, flags)
    through_flow(view, lo, hi, scatter_rows, settings.pattern_entries, out, column + 2, flags)


CHAINS = Group("chains", _columns, _run)
"""Of `COLUMNS`."""
