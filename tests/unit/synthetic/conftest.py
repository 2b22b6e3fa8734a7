"""The banks that tests of the generator look at; each is made once."""

from datetime import date

import pytest

from catalystindex.synthetic.config import SynthConfig
from support.bank import Bank, bank


@pytest.fixture(scope="session")
def town() -> Bank:
    """A bank with several patterns of each kind, at the default difficulty."""
    return bank(SynthConfig(accounts=5_000, days=60, seed=11, start=date(2024, 11, 4)))
