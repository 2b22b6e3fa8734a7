"""What of an event is text, kind by kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    AccountEvent,
    AnnouncementEvent,
    CommunicationEvent,
    CompanyEvent,
    Event,
    ListingEvent,
    PersonEvent,
    TransactionEvent,
    kind_of,
)
from catalystindex.model.events.markets import Announcement
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account, Company, Listing, Person
from catalystindex.model.events.talk import Communication
from catalystindex.model.metadata import MetadataType, common_type
from catalystindex.streaming.vectors.texts import (
    KEYS,
    MAX_ID_CHARS,
    MAX_IDS,
    MAX_TITLE,
    TEXT_KINDS,
    moment_of,
    text_of,
)

AT = 1_740_821_400_000_000


def communication(**said: object) -> Event:
    payload = Communication(**({"sender": "p-1", "recipients": ()} | said))  # type: ignore[arg-type]
    return CommunicationEvent(entity_id="m-1", event_time=AT, source="mail", payload=payload)


EXAMPLES: list[tuple[Event, str, tuple[str, ...], list[str]]] = [
    (
        PersonEvent(
            entity_id="p-1",
            event_time=AT,
            source="crm",
            payload=Person(
                name="Ada Smith",
                aliases=("A. Smith",),
                occupation="Baker",
                phones=("+49 30 1",),
                notes="Cash every Monday.\n\nNever on Tuesday.",
            ),
        ),
        "Ada Smith",
        (
            "Ada Smith\nAlso known as: A. Smith\nOccupation: Baker\nPhones: +49 30 1",
            "Cash every Monday.",
            "Never on Tuesday.",
        ),
        ["p-1"],
    ),
    (
        CompanyEvent(
            entity_id="c-1",
            event_time=AT,
            source="crm",
            payload=Company(name="Gold AG", lei="LEI1", instruments=("DE1",), sector="Metals"),
        ),
        "Gold AG",
        ("Gold AG\nSector: Metals\nNumbers: LEI1; DE1",),
        ["c-1"],
    ),
    (
        AccountEvent(
            entity_id="a-1",
            event_time=AT,
            source="core",
            payload=Account(holders=("p-1",), iban="DE02", notes="Reactivated by phone."),
        ),
        "Account DE02",
        ("Reactivated by phone.",),
        ["a-1", "p-1"],
    ),
    (
        ListingEvent(
            entity_id="l-1",
            event_time=AT,
            source="un",
            payload=Listing(list="UN SC", schema="person", name="Bad Actor", reason="Arms."),
        ),
        "Bad Actor",
        ("Bad Actor\nList: UN SC", "Arms."),
        ["l-1"],
    ),
    (
        AnnouncementEvent(
            entity_id="n-1",
            event_time=AT,
            source="wire",
            payload=Announcement(issuer="c-1", headline="Merger agreed", text="At ten a share."),
        ),
        "Merger agreed",
        ("At ten a share.",),
        ["c-1"],
    ),
    (
        communication(subject="Friday", text="Sell.", recipients=("p-2", "p-1")),
        "Friday",
        ("Sell.",),
        ["p-1", "p-2"],
    ),
    (communication(subject="Only this"), "", ("Only this",), ["p-1"]),
]


@pytest.mark.parametrize(
    ("event", "title", "paragraphs", "participants"), EXAMPLES, ids=lambda one: type(one).__name__
)
def test_each_kind_says_what_it_holds(
    event: Event, title: str, paragraphs: tuple[str, ...], participants: list[str]
) -> None:
    text = text_of(event)
    assert text is not None
    assert (text.title, text.paragraphs) == (title, paragraphs)
    assert text.metadata["participants"] == participants
    assert text.metadata["kind"] == kind_of(event)
    assert text.metadata["event_time"] == "2025-03-01T09:30:00.000000Z"


def test_every_kind_with_text_has_an_example() -> None:
    assert {kind_of(event) for event, *_ in EXAMPLES} == TEXT_KINDS
    assert {kind_of(cls) for cls in EVENT_TYPES} > TEXT_KINDS


@pytest.mark.parametrize(
    "event",
    [
        communication(),
        communication(text=" \n\t\x00 "),
        AccountEvent(entity_id="a", event_time=AT, source="s", payload=Account()),
        PersonEvent(entity_id="p", event_time=AT, source="s", op="delete"),
        TransactionEvent(
            entity_id="t",
            event_time=AT,
            source="s",
            payload=Transaction(
                amount=1, currency="EUR", debtor_account="a", remittance="Rent of March"
            ),
        ),
    ],
    ids=["silent", "blank", "without notes", "deleted", "remittance"],
)
def test_where_nothing_is_said_there_is_no_text(event: Event) -> None:
    assert text_of(event) is None


def test_equal_words_of_two_senders_are_one_text() -> None:
    one = text_of(communication(sender="p-1", text="Buy now!"))
    other = text_of(communication(sender="p-2", text="Buy now!"))
    assert one is not None
    assert other is not None
    assert (one.title, one.paragraphs) == (other.title, other.paragraphs)
    assert one.metadata != other.metadata


def test_ids_beside_every_chunk_are_bounded_and_the_rest_is_counted() -> None:
    many = tuple(f"p-{n}" for n in range(1_000))
    text = text_of(communication(text="x", recipients=many))
    assert text is not None
    assert text.metadata["recipients"] == list(many[:MAX_IDS])
    assert text.metadata["recipients_total"] == 1_000
    long = tuple(f"{n:0200d}" for n in range(100))
    text = text_of(communication(text="x", recipients=long))
    assert text is not None
    assert text.metadata["recipients"] == list(long[: MAX_ID_CHARS // 200])


def test_every_key_has_the_type_it_is_fixed_to() -> None:
    for event, *_ in EXAMPLES:
        text = text_of(event)
        assert text is not None
        for key, value in text.metadata.items():
            assert common_type(value) in {KEYS[key], None}, key
    assert KEYS["event_time"] is MetadataType.DATE


@given(
    subject=st.none() | st.text(min_size=1, max_size=1_000),
    text=st.text(max_size=300),
)
def test_paragraphs_are_never_blank_and_hold_no_controls(subject: str | None, text: str) -> None:
    found = text_of(communication(subject=subject, text=text))
    if found is None:
        return
    assert len(found.title) <= MAX_TITLE
    for part in found.paragraphs:
        assert part.strip() == part != ""
        assert "\0" not in part


@pytest.mark.parametrize(
    ("micros", "told"),
    [
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (0, "1970-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_moments_are_told_to_the_microsecond(micros: int, told: str) -> None:
    assert moment_of(micros) == told
