import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.currency import (
    EXPONENTS,
    MAX_MINOR,
    exponent,
    from_minor,
    to_minor,
    to_scaled,
)
from catalystindex.model.errors import MoneyInvalid


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.30", "USD", 1230),
        ("12.3", "USD", 1230),
        ("163", "USD", 16_300),
        ("0", "EUR", 0),
        ("-0", "EUR", 0),
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("0.00000001", "XBT", 1),
        ("1e3", "USD", 100_000),
        ("1.10000000000000000000000000000000000000000000", "USD", 110),
        (7, "USD", 700),
        (Decimal("0.07"), "USD", 7),
    ],
)
def test_amounts_become_minor_units(amount: str | int | Decimal, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    "amount",
    [
        *["", "abc", "NaN", "Infinity", "1_000", "٣", "1,5", "12.305", "-0.01", "-5"],
        *["90071992547409.92", "1e30", "0.1" + "0" * 30 + "1", "5e-400", "1e-99999999999"],
    ],
)
def test_what_cannot_be_held_exactly_is_refused(amount: str) -> None:
    with pytest.raises(MoneyInvalid):
        to_minor(amount, "USD")


def test_a_digit_beyond_those_of_the_default_context_is_not_lost() -> None:
    with pytest.raises(MoneyInvalid, match="more than 2 decimals"):
        to_minor("0.10000000000000000000000000000001", "USD")


def test_a_number_is_not_written_out_in_order_to_be_refused() -> None:
    begun = time.process_time()
    with pytest.raises(MoneyInvalid):
        to_minor("1e900000", "USD")
    assert time.process_time() - begun < 0.1


def test_the_largest_amount_is_exact_in_a_double() -> None:
    assert to_minor("90071992547409.91", "USD") == MAX_MINOR == int(float(MAX_MINOR))


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(MoneyInvalid, match="'usd' is no ISO 4217 currency"):
        to_minor("1", "usd")
    with pytest.raises(MoneyInvalid):
        exponent("ZZZ")


def test_currencies_without_a_minor_unit_have_none() -> None:
    assert [exponent(code) for code in ("USD", "JPY", "KWD", "XAU", "XBT")] == [2, 0, 3, 0, 8]


@given(st.integers(0, MAX_MINOR), st.sampled_from(sorted(EXPONENTS)))
def test_minor_units_survive_the_way_there_and_back(minor: int, currency: str) -> None:
    major = from_minor(minor, currency)
    assert to_minor(major, currency) == to_minor(str(major), currency) == minor


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 8))
def test_scaling_is_exact_or_refused(amount: Decimal, places: int) -> None:
    try:
        units = to_scaled(amount, places)
    except MoneyInvalid:
        whole = amount * 10**places
        assert not 0 <= whole <= MAX_MINOR or whole != whole.to_integral_value()
    else:
        assert units == amount * 10**places
