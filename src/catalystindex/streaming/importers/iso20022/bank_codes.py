"""What kind of payment an entry is, by its bank transaction code.

Codes: ISO 20022 external code sets, bank transaction code domain, family and sub-family.
"""

from typing import Final

from lxml import etree

from catalystindex.model.events.money import Method
from catalystindex.streaming.importers.iso20022.tags import Tags

_CASH: Final = frozenset({"CDPT", "BCDP", "FCDP", "CWDL", "BCWD", "FCWD"})
_SUBFAMILIES: Final[dict[str, Method]] = {
    "CHRG": "fee",
    "FEES": "fee",
    "COMM": "fee",
    "INTR": "interest",
    "CHKD": "cheque",
}
_FAMILIES: Final[dict[str, Method]] = {
    "RCDT": "transfer",
    "ICDT": "transfer",
    "RRCT": "transfer",
    "IRCT": "transfer",
    "RDDT": "direct_debit",
    "IDDT": "direct_debit",
    "RCHQ": "cheque",
    "ICHQ": "cheque",
    "CCRD": "card",
    "MCRD": "card",
}


def method_of(tags: Tags, pays: bool, *elements: etree._Element | None) -> Method:
    """Return how money moved, by the first of the elements that has a code of ISO's.

    A code that names none of our methods is ``other``, none at all a ``transfer``.
    """
    for element in elements:
        family = tags.text(element, "BkTxCd/Domn/Fmly/Cd")
        subfamily = tags.text(element, "BkTxCd/Domn/Fmly/SubFmlyCd")
        if family is None or subfamily is None:
            continue
        if subfamily in _CASH:
            return "cash_withdrawal" if pays else "cash_deposit"
        return _SUBFAMILIES.get(subfamily) or _FAMILIES.get(family, "other")
    return "transfer"
