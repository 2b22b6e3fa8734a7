"""Which payments move money on, and which are daily life."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from catalystindex.temporal.layout import Flags
from catalystindex.temporal.payments import METHODS


def _flags(methods: Iterable[str]) -> Flags:
    made = np.zeros(len(METHODS), np.bool_)
    made[[METHODS.index(method) for method in methods]] = True
    made.flags.writeable = False
    return made


MOVING: Final = ("transfer", "wire", "cheque", "other")
"""Methods by which an owner sends money where he wants. Cards, direct debits, fees and interest
follow from purchases and contracts; cash is a matter of its own."""

IS_MOVE: Final = _flags(MOVING)
"""By code of method."""

IS_INCOME: Final = _flags((*MOVING, "cash_deposit"))
IS_LEAVING: Final = _flags((*MOVING, "cash_withdrawal"))
