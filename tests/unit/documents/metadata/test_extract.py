"""What every extractor holds to, and how their finds are merged."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.documents.metadata.base import Mention
from catalystindex.documents.metadata.extract import MAX_VALUES, canonical, extract, mentions
from catalystindex.documents.metadata.registry import EXTRACTORS
from catalystindex.model.errors import InvalidRequest

ALL = sorted(EXTRACTORS)
WORDS = (
    "F33.1 F32 - / .2 to ICD-10 diagnosis Criterion A, B DSM\nA. x severe depression 17 March "
    "2025 3/4/2025 2025-03-17 USD 1,234.50 \u20ac 4111111111111111 DE89370400440532013000 account "
    "7714-0093-28 a@b.example @ Kestrel Ltd LLC and \u00a0 \U0001f600 \n"
)
PIECES = st.sampled_from(WORDS.split(" "))
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_gives_sorted_distinct_values_and_places_inside_it(text: str) -> None:
    for values in extract(text, ALL).values():
        keys = [canonical(value) for value in values]
        assert keys == sorted(set(keys))
        assert 0 < len(values) <= MAX_VALUES
    for mention in mentions(text, ALL):
        assert 0 <= mention.start < mention.end <= len(text)
        if mention.kind != "card_numbers":
            assert text[mention.start : mention.end] == mention.value


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_what_was_normalised_once_stays_as_it_is(text: str) -> None:
    for mention in mentions(text, ["dates", "emails", "organisations"]):
        again = mentions(str(mention.normalised), ["dates", "emails", "organisations"])
        assert mention.normalised in [other.normalised for other in again]


def test_values_beyond_the_bound_are_cut_and_said_to_be() -> None:
    text = " ".join(f"u{number}@b.example" for number in range(MAX_VALUES + 1))
    found = extract(text, ["emails", "dates"])
    assert len(found["emails"]) == MAX_VALUES
    assert found["metadata_truncated"] == ["emails"]
    assert "u50@b.example" not in found["emails"]


def test_names_are_known_and_others_refused() -> None:
    assert ALL == ["accounts", "dates", "dsm", "emails", "icd10", "money", "organisations"]
    with pytest.raises(InvalidRequest, match="'sentiment'"):
        extract("x", ["sentiment"])


def test_only_what_was_asked_for_is_found() -> None:
    assert extract("F33.1 on 2025-03-17", ["dates"]) == {"dates": ["2025-03-17"]}
    assert extract("F33.1", []) == {}


def test_mentions_are_in_the_order_of_the_text() -> None:
    found = mentions("2025-03-17 F33.1 a@b.example", ALL)
    assert [mention.kind for mention in found] == ["dates", "icd_codes", "emails"]
    assert found[0] == Mention(0, 10, "dates", "2025-03-17", "2025-03-17")


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "unit",
    ["F33.1 ", "F32-", "1,", "1.000 ", "a", "a.", "@", "Aa and ", "A-", "1 to 1 March ", "9", " ",
     "Criterion A, B ", "DE89 ", "account 1234-5678 ", "Ltd "],
)  # fmt: skip
def test_time_grows_with_the_text_and_not_with_its_square(name: str, unit: str) -> None:
    """1 MB within 20 s of a busy core; what is quadratic takes hours."""
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    before = time.process_time()
    EXTRACTORS[name].find(text)
    assert time.process_time() - before < 20
