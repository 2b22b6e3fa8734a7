"""What is paid, billed and shipped.

Names follow ISO 20022 (debtor, creditor, agent, purpose, remittance information) and UN/CEFACT.
"""

from typing import Literal

from catalystindex.model.currency import CurrencyCode
from catalystindex.model.events.fields import (
    Code,
    Country,
    Day,
    Identifier,
    Line,
    Micros,
    Minor,
    Payload,
    Price,
    Quantity,
    Short,
)

Method = Literal[
    "transfer",
    "wire",
    "card",
    "cheque",
    "direct_debit",
    "cash_deposit",
    "cash_withdrawal",
    "fee",
    "interest",
    "other",
]


class Transaction(Payload, frozen=True):
    """Money that moved from a debtor's account to a creditor's. At least one of the two is known.

    Cash has one account: ``cash_deposit`` a creditor's, ``cash_withdrawal`` a debtor's.
    """

    amount: Minor
    currency: CurrencyCode
    debtor_account: Identifier | None = None
    creditor_account: Identifier | None = None
    method: Method = "transfer"
    debtor: Identifier | None = None
    """The person or company that pays, where the account does not tell."""
    creditor: Identifier | None = None
    debtor_name: Line | None = None
    creditor_name: Line | None = None
    debtor_agent: Short | None = None
    """BIC or other id of the bank."""
    creditor_agent: Short | None = None
    debtor_country: Country | None = None
    creditor_country: Country | None = None
    credited_amount: Minor | None = None
    """What arrived, where another currency or amount did."""
    credited_currency: CurrencyCode | None = None
    purpose: Code | None = None
    """ISO 20022 external purpose code, such as ``SALA``, ``RENT``."""
    remittance: Line | None = None
    end_to_end_id: Short | None = None
    uetr: Short | None = None
    """Unique end-to-end transaction reference (RFC 4122 UUID)."""
    channel: Code | None = None
    """Such as ``online``, ``mobile``, ``branch``, ``atm``, ``pos``."""
    branch: Short | None = None
    device: Identifier | None = None
    ip: Code | None = None
    merchant: Identifier | None = None
    """Company id of the merchant."""
    mcc: Code | None = None
    """ISO 18245 merchant category."""
    card: Identifier | None = None
    declined: bool = False
    """Authorisation refused: nothing moved, the attempt is evidence (card testing)."""
    invoice: Identifier | None = None


class Invoice(Payload, frozen=True):
    """A demand for payment of goods or services."""

    seller: Identifier
    buyer: Identifier
    amount: Minor
    currency: CurrencyCode
    number: Short | None = None
    issued: Day | None = None
    due: Day | None = None
    goods: Line | None = None
    hs_code: Code | None = None
    """Harmonised System heading of the goods (WCO)."""
    quantity: Quantity | None = None
    unit: Code | None = None
    """UN/ECE Recommendation 20, such as ``TNE``, ``KGM``, ``C62``."""
    unit_price: Price | None = None
    vat: Minor | None = None
    vat_id: Code | None = None
    """VAT number of the seller."""


class Shipment(Payload, frozen=True):
    """Goods that moved, by a bill of lading or a declaration."""

    consignor: Identifier
    consignee: Identifier
    invoice: Identifier | None = None
    carrier: Short | None = None
    vessel: Short | None = None
    bill_of_lading: Short | None = None
    origin: Code | None = None
    """UN/LOCODE."""
    destination: Code | None = None
    departed: Micros | None = None
    arrived: Micros | None = None
    goods: Line | None = None
    hs_code: Code | None = None
    quantity: Quantity | None = None
    unit: Code | None = None
    declared_value: Minor | None = None
    currency: CurrencyCode | None = None
