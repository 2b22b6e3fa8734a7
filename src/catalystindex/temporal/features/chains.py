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


def _run(
    view: View,
    lo: int,
    hi: int,
    window_rows: Ints,
    scatter_rows: Ints,
    settings: FeatureSettings,
    scratch: Scratch,
    out: Floats,
    flags: Shorts,
) -> None:
    rows, size = hi - lo, LONGEST_CHAIN + 2
    room = scratch.longs("chain_trail", 4 * size)
    trail = Trail(room[:size], room[size : 2 * size], room[2 * size : 3 * size], room[3 * size :])
    terms = ChainTerms(
        settings.chain_length, settings.pass_delay, settings.keep_low, settings.keep_high,
        settings.chain_steps,
    )  # fmt: skip
    cells = rows * settings.chain_length
    found = scratch.ints("chain_rows", cells)[:cells].reshape(rows, settings.chain_length)
    edges, shares = scratch.longs("chain_edges", rows)[:rows], scratch.floats("chain_shares", rows)
    edges[:], shares[:] = 0, 0.0
    longest_chains(view, lo, hi, window_rows, terms, trail, found, edges, shares, flags)
    out[:, 0], out[:, 1] = edges, shares[:rows]
    through_flow(view, lo, hi, scatter_rows, settings.pattern_entries, out, flags)


CHAINS = Group("chains", _columns, _run)
"""Of `COLUMNS`."""
