import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from catalystindex.model.currency import EXPONENTS
from catalystindex.model.events.envelope import KINDS, Event
from catalystindex.streaming import codec
from event_schemas import REFERENCE, event_schema, pages
from support.events import bytes_of, events, payment


@pytest.mark.parametrize("name", sorted(pages()))
def test_what_is_published_is_what_the_code_says(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == pages()[name], "run `make reference`"


def test_every_kind_is_published_and_currencies_are_listed_once() -> None:
    page, schema = pages()["events.md"], json.dumps(event_schema())
    for kind in KINDS:
        assert f"## `{kind}`" in page
    assert set(event_schema()["discriminator"]["mapping"]) == set(KINDS)
    assert page.count(" KWD") == 2  # of the list, and of the introduction
    assert schema.count('"KWD"') == 1
    assert all(code in page for code in EXPONENTS)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(event_schema())
    return Draft202012Validator(event_schema())


def test_the_schema_takes_what_the_codec_takes(validator: Draft202012Validator) -> None:
    @settings(max_examples=60, deadline=None)
    @given(events())
    def takes(event: Event) -> None:
        assert validator.is_valid(json.loads(codec.seal(event).data))

    takes()


@pytest.mark.parametrize(
    "data",
    [
        bytes_of(payment(), op="delete"),
        bytes_of(payment(), payload=None),
        bytes_of(payment(), version=0),
        bytes_of(payment(), kind="rocket"),
        bytes_of(payment(), colour="red"),
        codec.encode(payment(currency="ZZZ")),
        codec.encode(payment(amount=-1)),
        codec.encode(payment(debtor_account=None, creditor_account=None)),
    ],
)
def test_the_schema_refuses_what_the_codec_refuses(
    validator: Draft202012Validator, data: bytes
) -> None:
    assert not validator.is_valid(json.loads(data))
