"""Dates, money, accounts, addresses, organisations and criteria: what counts and what does not."""

import pytest

from catalystindex.documents.metadata.extract import extract, mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-17", ["2025-03-17"]),
        ("on 17 March 2025, 3rd of May 2024", ["2024-05-03", "2025-03-17"]),
        ("March 17, 2025 and Sept. 3 2024", ["2024-09-03", "2025-03-17"]),
        ("25 to 28 March 2025", ["2025-03-25", "2025-03-28"]),
        ("10 December to 7 January 2025", ["2024-12-10", "2025-01-07"]),
        ("17.03.2025", ["2025-03-17"]),
        ("3/17/2025, then 4/5/2025", ["2025-03-17", "2025-04-05"]),
        ("17/3/2025, then 4/5/2025", ["2025-03-17", "2025-05-04"]),
        ("17/3/2025, 3/17/2025, 4/5/2025", ["2025-03-17"]),
        ("4/5/2025", []),
        ("30 February 2025, 2025-13-01, 31.04.2025", []),
        ("17 March, March 2025, 3 Mar, version 1.2.2025.7", []),
        ("DTP*434*RD8*20240422-20240430~DTP*435*D8*20240809~",
         ["2024-04-22", "2024-04-30", "2024-08-09"]),
        ("account 2025-03-171", []),
    ],
)  # fmt: skip
def test_days_with_their_year_are_found(text: str, expected: list[str]) -> None:
    assert extract(text, ["dates"]).get("dates", []) == expected


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("81,000.00 USD", "USD", 8_100_000),
        ("USD 81,000", "USD", 8_100_000),
        ("$1,234,567.8", "USD", 123_456_780),
        ("1.234.567,89 EUR", "EUR", 123_456_789),
        ("\u20ac1.234", "EUR", 123_400),
        ("CHF 1'234'567.05", "CHF", 123_456_705),
        ("1 234 567,89 EUR", "EUR", 123_456_789),
        ("\u20b912,34,567.50", "INR", 123_456_750),
        ("2.34 million USD", "USD", 234_000_000),
        ("GBP 1.5bn", "GBP", 150_000_000_000),
        ("JPY 1,500", "JPY", 1500),
        ("KWD 12.5", "KWD", 12_500),
        ("A$ 5", "AUD", 500),
        ("$-5", "USD", -500),
        ("TRY 1,500", "TRY", 150_000),
    ],
)
def test_amounts_are_whole_minor_units(text: str, currency: str, minor: int) -> None:
    found = extract(f"Paid {text}, in cash.", ["money"])
    assert found["money"] == [{"amount_minor": minor, "currency": currency}]
    assert found["money_currencies"] == [currency]
    assert found["money_max_minor"] == [minor]


@pytest.mark.parametrize(
    "text",
    ["9,400.00", "SSP-03", "TRY 3 times", "ALL 25", "TOP 10", "KWD 1.234", "USD", "1.005 JPYX",
     "USD 1,23,4567", "US 500", "10.001,2,3 EUR", "USD 99999999999999999"],
)  # fmt: skip
def test_numbers_without_a_currency_or_one_reading_are_left_out(text: str) -> None:
    assert extract(text, ["money"]) == {}


def test_there_is_no_highest_amount_of_two_currencies() -> None:
    found = extract("5 USD and 7 EUR", ["money"])
    assert found["money_currencies"] == ["EUR", "USD"]
    assert "money_max_minor" not in found


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "ibans", "DE89370400440532013000"),
        ("GB82WEST12345698765432.", "ibans", "GB82WEST12345698765432"),
        ("SWIFT: COBADEFFXXX", "bics", "COBADEFFXXX"),
        ("LEI 5493001KJTIIGC8Y1R12", "leis", "5493001KJTIIGC8Y1R12"),
        ("card 4111 1111 1111 1111", "card_numbers", "************1111"),
        ("routing number 021000021", "routing_numbers", "021000021"),
        ("Account 7714-0093-28 - request", "account_numbers", "7714009328"),
        ("acct. no. 00482917", "account_numbers", "00482917"),
    ],
)
def test_numbers_that_hold_are_found(text: str, key: str, value: str) -> None:
    assert extract(text, ["accounts"])[key] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "DE88370400440532013000", "GB82WEST1234569876543", "COBADEFFXXX", "5493001KJTIIGC8Y1R13",
        "4111111111111112", "021000021", "routing number 021000022", "accounts of 2025",
        "account 2024-2025", "account 2025-03-17", "accounts 12", "telephone 555-0147-8899",
        "DE89370400440532013000X",
    ],
)  # fmt: skip
def test_numbers_that_do_not_hold_are_left_out(text: str) -> None:
    assert extract(text, ["accounts"]) == {}


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "account 4111111111111111"])
def test_no_card_number_leaves_the_text(text: str) -> None:
    found = mentions(text, ["accounts"])
    assert "4111111111111111" not in repr(found).replace(" ", "")
    assert [mention.normalised for mention in found] == ["************1111"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask Sanctions@NorthGate.Example.", ["sanctions@northgate.example"]),
        ("<a.b+c@d-e.co.uk>, (x@y.org)", ["a.b+c@d-e.co.uk", "x@y.org"]),
        ("a..b@c.org .@c.org @c.org a@b a@b.1 a@-b.org", []),
    ],
)
def test_addresses_are_found_in_lower_case(text: str, expected: list[str]) -> None:
    assert extract(text, ["emails"]).get("emails", []) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a wire to Kestrel Cove Holdings\nLtd, Limassol", ["Kestrel Cove Holdings Ltd"]),
        ("The Customer is Brackwater Marine Supply LLC.", ["Brackwater Marine Supply LLC"]),
        ("Isla Savings Bank and Verde Payments Ltd", ["Verde Payments Ltd"]),
        ("Bank of Malta plc and Johnson & Johnson Inc.",
         ["Bank of Malta plc", "Johnson & Johnson Inc"]),
        ("M\u00fcller GmbH & Co. KG", ["M\u00fcller GmbH & Co. KG"]),
        ("a limited company; Limited use; Ltd; LLC", []),
    ],
)  # fmt: skip
def test_names_with_a_legal_form_are_found(text: str, expected: list[str]) -> None:
    assert extract(text, ["organisations"]).get("organisations", []) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Criterion A is met", ["A"]),
        ("Criteria A-C and Criterion E1", ["A", "B", "C", "E"]),
        ("Criteria A, B and D", ["A", "B", "D"]),
        ("DSM-5-TR\nA. Five symptoms.\nB. Distress.\nC. No cause.", ["A", "B", "C"]),
        ("Findings\nA. Unspecified code\nB. Session length", []),
        ("criteria apply; Finding A; Vitamin A", []),
    ],
)
def test_letters_of_criteria_are_found(text: str, expected: list[str]) -> None:
    assert extract(text, ["dsm"]).get("criteria_letters", []) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Major depressive disorder, recurrent, moderate", ["moderate", "recurrent_episode"]),
        ("MDD, single episode, severe, with psychotic features",
         ["severe", "single_episode", "with_psychotic_features"]),
        ("Severe episode without psychotic features", ["severe", "without_psychotic_features"]),
        ("depression in partial remission, with anxious distress",
         ["in_partial_remission", "with_anxious_distress"]),
        ("depressive episode with peripartum onset", ["with_peripartum_onset"]),
        ("depression, not severe", []),
        ("severe weather and moderate winds", []),
    ],
)  # fmt: skip
def test_specifiers_are_found_near_what_they_specify(text: str, expected: list[str]) -> None:
    assert extract(text, ["dsm"]).get("specifier_flags", []) == expected
