"""What kernels of link patterns read, made of rows that are written down."""

import numpy as np

from catalystindex.aml.kernels.links import Ground
from catalystindex.aml.moves import IS_MOVE
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import METHODS, plain, taken
from catalystindex.temporal.window import Window
from support.references.links import Row

CARD = METHODS.index("card")


def ground_of(rows: list[Row], keep: int, batch: int, accounts: int = 400) -> Ground:
    """Return the ground after all rows, which came in batches into a window of ``keep``."""
    column = {name: np.array([getattr(row, name) for row in rows], np.int64)
              for name in ("source", "target", "time", "amount")}  # fmt: skip
    payments = plain(column["source"], column["target"], column["time"], column["amount"])
    method = np.where([row.moving for row in rows], 0, CARD).astype(np.int8)
    payments = payments._replace(method=method)
    window = Window(keep, Codebook(map(str, range(accounts))))
    for begin in range(0, len(rows), batch):
        window.append(taken(payments, slice(begin, begin + batch)))
    return Ground(window.view, window.column("method"), IS_MOVE)
