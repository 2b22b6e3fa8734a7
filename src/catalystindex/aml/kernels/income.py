"""What is income of an account, and what leaves it: money of others, not the holder's own."""

from typing import NamedTuple

from catalystindex.aml.moves import IS_INCOME, IS_LEAVING
from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import NOBODY, Bytes, Ints, Longs, View


class Ledger(NamedTuple):
    """Columns that are read beside the view."""

    method: Bytes
    source_party: Ints
    target_party: Ints
    source_before: Longs
    target_before: Longs


@compiled
def is_own(view: View, ledger: Ledger, row: int) -> bool:
    """Tell whether a payment stays with one holder."""
    at = row - view.base
    party = ledger.source_party[at]
    return bool(
        (party != NOBODY and party == ledger.target_party[at])
        or (view.source[at] >= 0 and view.source[at] == view.target[at])
    )


@compiled
def comes_in(view: View, ledger: Ledger, row: int) -> bool:
    """Tell whether a row is income of its payee: money of somebody else, or cash."""
    return bool(IS_INCOME[ledger.method[row - view.base]] and not is_own(view, ledger, row))


@compiled
def goes_out(view: View, ledger: Ledger, row: int) -> bool:
    """Tell whether a row takes money away from its payer: to somebody else, or as cash."""
    return bool(IS_LEAVING[ledger.method[row - view.base]] and not is_own(view, ledger, row))
