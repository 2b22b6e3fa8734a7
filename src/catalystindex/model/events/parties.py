"""Who takes part: persons, companies, accounts, who owns or directs whom, who is on which list.

Names of properties follow FollowTheMoney (https://followthemoney.tech): Person, Company,
BankAccount, Ownership, Directorship, Sanction.
"""

from typing import Literal

from catalystindex.model.currency import CurrencyCode
from catalystindex.model.events.fields import (
    Code,
    Codes,
    Countries,
    Country,
    Day,
    Days,
    Identifier,
    Identifiers,
    Lines,
    Micros,
    Name,
    Names,
    Payload,
    Share,
    Short,
    Text,
)

Interest = Literal["owns", "controls", "directs"]
"""`owns`: shares or capital; `controls`: otherwise decides (FATF R.24); `directs`: an officer."""

AccountStatus = Literal["active", "dormant", "blocked", "closed"]
ListedSchema = Literal["person", "company", "organization", "vessel", "aircraft", "other"]


class Person(Payload, frozen=True):
    """A natural person."""

    name: Name
    aliases: Names = ()
    birth_date: Day | None = None
    gender: Code | None = None
    nationalities: Countries = ()
    country: Country | None = None
    occupation: Short | None = None
    addresses: Lines = ()
    phones: Codes = ()
    emails: Lines = ()
    devices: Identifiers = ()
    id_numbers: Codes = ()
    topics: Codes = ()
    """FollowTheMoney topics, such as ``role.pep``."""
    notes: Text = ""


class Company(Payload, frozen=True):
    """A legal person."""

    name: Name
    aliases: Names = ()
    registration_number: Code | None = None
    lei: Code | None = None
    """ISO 17442."""
    jurisdiction: Country | None = None
    legal_form: Short | None = None
    incorporation_date: Day | None = None
    dissolution_date: Day | None = None
    sector: Short | None = None
    instruments: Codes = ()
    """ISINs of what it has issued (ISO 6166)."""
    addresses: Lines = ()
    phones: Codes = ()
    emails: Lines = ()
    devices: Identifiers = ()
    topics: Codes = ()
    notes: Text = ""


class Account(Payload, frozen=True):
    """An account at a financial institution."""

    holders: Identifiers = ()
    """Ids of persons and companies."""
    type: Code = "CACC"
    """ISO 20022 cash account type: ``CACC`` current, ``SVGS`` savings, ``CARD``, ``LOAN``; here
    also ``SECURITIES`` and ``WALLET``."""
    currency: CurrencyCode | None = None
    iban: Code | None = None
    number: Code | None = None
    bank: Short | None = None
    """BIC (ISO 9362) where there is one."""
    branch: Short | None = None
    country: Country | None = None
    opened: Micros | None = None
    closed: Micros | None = None
    status: AccountStatus = "active"
    devices: Identifiers = ()
    phones: Codes = ()
    notes: Text = ""


class Ownership(Payload, frozen=True):
    """An interest of one party in another."""

    owner: Identifier
    asset: Identifier
    interest: Interest = "owns"
    share: Share | None = None
    role: Short | None = None
    start: Day | None = None
    end: Day | None = None
    """Unset while it lasts."""


class Listing(Payload, frozen=True):
    """An entry of a watch list."""

    list: Short
    """Such as ``OFAC SDN``, ``UN SC``."""
    schema: ListedSchema
    name: Name
    aliases: Names = ()
    programs: Names = ()
    birth_dates: Days = ()
    countries: Countries = ()
    addresses: Lines = ()
    identifiers: Codes = ()
    listed_on: Day | None = None
    reason: Text = ""
