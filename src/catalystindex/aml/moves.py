"""Which payments move money on, and which are daily life."""

from typing import Final

import numpy as np

from catalystindex.temporal.payments import METHODS

MOVING: Final = ("transfer", "wire", "cheque", "other")
"""Methods by which an owner sends money where he wants. Cards, direct debits, fees and interest
follow from purchases and contracts; cash is a matter of its own."""

IS_MOVE: Final = np.array([method in MOVING for method in METHODS])
"""By code of method."""
IS_MOVE.flags.writeable = False
