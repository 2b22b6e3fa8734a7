"""What detectors ask of an account's entries, where there is time to ask in Python."""

import numpy as np

from catalystindex.aml.kernels.income import Ledger
from catalystindex.temporal.layout import Lists, Longs
from catalystindex.temporal.window import Window


def ledger_of(window: Window) -> Ledger:
    """Return the columns that kernels read beside the view. It holds until the next append."""
    return Ledger(
        window.column("method"), window.column("source_party"), window.column("target_party"),
        window.column("source_before"), window.column("target_before"),
    )  # fmt: skip


def rows_of(lists: Lists, account: int, since: int, last: int) -> Longs:
    """Return the rows of an account's entries from ``since`` to ``last``, both included."""
    start = int(lists.start[account])
    rows = lists.row[start : start + int(lists.length[account])]
    held = rows[rows.searchsorted(since) : rows.searchsorted(last, "right")]
    return held.astype(np.int64)
