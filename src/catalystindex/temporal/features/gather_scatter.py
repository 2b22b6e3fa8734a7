"""Features: gather-scatter at the payer, as `kernels.gather` defines it."""

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST
from catalystindex.temporal.kernels.gather import gather_scatter_rows
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

COLUMNS = (
    "gather_scatter_senders",
    "gather_scatter_gathered",
    "gather_scatter_receivers",
    "gather_scatter_scattered",
)
"""Distinct senders, the amount they paid, distinct receivers, the amount they were paid."""


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
    column: int,
    flags: Shorts,
) -> None:
    gather_scatter_rows(
        view, lo, hi, scatter_rows, settings.max_entries, CAPPED_LIST, out, column, flags
    )


GATHER_SCATTER = Group("gather_scatter", _columns, _run)
