"""Features: how much, how often and with how many both accounts of a payment deal.

For each of four lists (what the source paid and was paid, what the target paid and was paid) within
the window, up to the payment and with it:

- ``degree``: payments, cash and payments to oneself included;
- ``fan``: distinct other accounts, without cash and oneself;
- ``amount_*``: of the amounts, in minor units;
- ``gap_*``: of the seconds between successive payments.

Moments are the population's; kurtosis is not the excess (3 for a normal distribution). What cannot
be computed is 0: everything of an empty list, gaps of one payment, skew and kurtosis without
variance. ``degree_ratio`` is the degree of out over that of into, or over 1 if that is 0.

Of a list with more than ``max_entries`` payments, all but the degree is that of the newest ones,
and the row is flagged.
"""

from itertools import product

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST
from catalystindex.temporal.kernels.statistics import statistics_rows
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

LISTS = ("source_out", "source_into", "target_out", "target_into")

OF_A_LIST = (
    "degree", "fan", "amount_sum", "amount_mean", "amount_min", "amount_max", "amount_variance",
    "amount_skew", "amount_kurtosis", "gap_mean", "gap_min", "gap_max", "gap_variance", "gap_skew",
    "gap_kurtosis",
)  # fmt: skip

COLUMNS = (
    *(f"{one}_{what}" for one, what in product(LISTS, OF_A_LIST)),
    "source_degree_ratio",
    "target_degree_ratio",
)


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
    statistics_rows(
        view, lo, hi, window_rows, settings.max_entries, CAPPED_LIST, out, column, flags
    )


STATISTICS = Group("statistics", _columns, _run)
