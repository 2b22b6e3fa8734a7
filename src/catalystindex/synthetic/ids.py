"""Ids of everything that stands, made once: account, person, company, device, card, branch."""

import numpy as np
import pyarrow as pa

from catalystindex.synthetic.columns import numbered, opaque, opaque_id
from catalystindex.synthetic.population import BRANCHES, Population
from catalystindex.synthetic.vocabulary import CITIES


class Ids:
    """Columns of ids, by number; so many devices there are, those of patterns included."""

    def __init__(self, people: Population, devices: int) -> None:
        self.accounts = _column("ac-", people.config.accounts)
        self.persons = _column("pe-", people.persons)
        self.companies = _column("co-", people.companies)
        self.devices = opaque("dv-", np.arange(devices, dtype=np.int64))
        self.cards = _column("cd-", people.persons)
        self.branches = _column("br-", len(CITIES) * BRANCHES)


def _column(prefix: str, count: int) -> pa.StringArray:
    return numbered(prefix, np.arange(count, dtype=np.int64), 7)


def account_id(number: int) -> str:
    """Return the id of an account."""
    return f"ac-{number:07d}"


def person_id(number: int) -> str:
    """Return the id of a person."""
    return f"pe-{number:07d}"


def company_id(number: int) -> str:
    """Return the id of a company."""
    return f"co-{number:07d}"


def device_id(number: int) -> str:
    """Return the id of a device."""
    return opaque_id("dv-", number)
