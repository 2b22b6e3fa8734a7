import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.envelope import ListingEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account, Company, Listing, Ownership, Person
from catalystindex.streaming.importers import ftm
from support.importers import Imported, imported, written

START = 1_640_995_200_000_000
SEEN = {"last_change": "2023-04-20T10:23:01", "datasets": ["us_ofac_sdn"]}


def entity(
    entity_id: str, schema: str, more: Mapping[str, object] | None = None, **properties: object
) -> str:
    lists = {key: one if isinstance(one, list) else [one] for key, one in properties.items()}
    return json.dumps({"id": entity_id, "schema": schema, "properties": lists, **(more or {})})


def read(path: Path, *lines: str) -> Imported:
    return imported("ftm", written(path / "e.json", *lines))


def test_a_person(tmp_path: Path) -> None:
    (event,) = read(
        tmp_path,
        entity(
            *("Q1", "Person", SEEN),
            name=["Ann Lee", "Lee, Ann"],
            alias="Annie",
            birthDate=["1970-01-31T00:00:00", "1970"],
            nationality=["ru", "suhh", "gb-sct"],
            country="us",
            position="Minister",
            idNumber="A1",
            passportNumber="P1",
            topics=["role.pep"],
            notes=["One.", "Two."],
            unknownProperty="x",
        ),
    ).events
    assert (event.entity_id, event.source) == ("Q1", "ftm")
    assert event.event_time == 1_681_986_181_000_000
    assert event.version == 1_681_986_181
    assert event.payload == Person(
        name="Ann Lee",
        aliases=("Lee, Ann", "Annie"),
        birth_date="1970-01-31",
        nationalities=("RU", "GB"),
        country="US",
        occupation="Minister",
        id_numbers=("A1", "P1"),
        topics=("role.pep",),
        notes="One.\nTwo.",
    )


@pytest.mark.parametrize("schema", ["Company", "Organization", "LegalEntity", "PublicBody"])
def test_legal_persons(tmp_path: Path, schema: str) -> None:
    (event,) = read(
        tmp_path,
        entity("c", schema, name="ACME", jurisdiction="cy", registrationNumber="HE 1", leiCode="L"),
    ).events
    assert (event.event_time, event.version) == (START, 1)
    assert event.payload == Company(
        name="ACME", jurisdiction="CY", registration_number="HE 1", lei="L"
    )


def test_a_bank_account(tmp_path: Path) -> None:
    account = entity(
        *("b", "BankAccount"), iban="CY17", bic="BCYP", openingDate="2020-02", closingDate="2021"
    )
    assert read(tmp_path, account).payloads == [
        Account(
            iban="CY17",
            bank="BCYP",
            opened=1_580_515_200_000_000,
            closed=1_609_459_200_000_000,
            status="closed",
        )
    ]


@pytest.mark.parametrize(
    ("text", "share"), [("25", 2500), ("33.33%", 3333), ("75 to 100", None), ("101", None)]
)
def test_an_ownership(tmp_path: Path, text: str, share: int | None) -> None:
    line = entity("o", "Ownership", owner="Q1", asset="c", percentage=text, startDate="2020")
    assert read(tmp_path, line).payloads == [
        Ownership(owner="Q1", asset="c", share=share, start="2020")
    ]


def test_a_directorship_of_several_is_several_events(tmp_path: Path) -> None:
    line = entity("d", "Directorship", director=["Q1", "Q2"], organization="c", role="chair")
    result = read(tmp_path, line)
    assert result.rows == 1
    assert [event.entity_id for event in result.events] == ["d#1", "d#2"]
    assert result.payloads[1] == Ownership(owner="Q2", asset="c", interest="directs", role="chair")


def test_a_payment(tmp_path: Path) -> None:
    line = entity(
        *("p", "Payment"),
        payer="Q1",
        payerAccount="a",
        beneficiaryAccount="b",
        amount="1000.5",
        currency="eur",
        date="2019-04-03",
        purpose="fees",
    )
    (event,) = read(tmp_path, line).events
    assert event.event_time == 1_554_249_600_000_000
    assert event.payload == Transaction(
        amount=100_050,
        currency="EUR",
        debtor="Q1",
        debtor_account="a",
        creditor_account="b",
        remittance="fees",
    )


def test_a_payment_in_dollars_only(tmp_path: Path) -> None:
    (payload,) = read(tmp_path, entity("p", "Payment", payerAccount="a", amountUsd="7")).payloads
    assert (payload.amount, payload.currency) == (700, "USD")


SANCTION = entity(
    *("s", "Sanction", SEEN),
    entity="Q1",
    authority="OFAC",
    program="SDGT",
    listingDate="2022-03-01",
    endDate="2023-01-01",
    reason="Arms.",
)


@pytest.mark.parametrize("first", [True, False])
def test_a_sanction_is_a_listing_of_its_target_wherever_that_stands(
    tmp_path: Path, first: bool
) -> None:
    target = entity("Q1", "Person", name="Ann", birthDate="1970", country="ru", topics="sanction")
    result = read(tmp_path, *([SANCTION, target] if first else [target, SANCTION]))
    assert (result.rows, result.rejected) == (2, [])
    (listing,) = [event for event in result.events if isinstance(event, ListingEvent)]
    assert (listing.entity_id, listing.version) == ("s", 1_681_986_181)
    assert listing.payload == Listing(
        list="OFAC",
        schema="person",
        name="Ann",
        programs=("SDGT",),
        birth_dates=("1970",),
        countries=("RU",),
        listed_on="2022-03-01",
        reason="Arms.\nEnded 2023-01-01.",
    )


def test_a_target_of_no_kind_of_its_own_is_listed(tmp_path: Path) -> None:
    vessel = entity("Q1", "Vessel", name="Sea Star", flag="pa", imoNumber="9074729")
    result = read(tmp_path, SANCTION, vessel)
    assert [event.entity_id for event in result.events] == ["s"]
    assert result.payloads[0].schema == "vessel"
    assert result.payloads[0].identifiers == ("9074729",)


def test_the_topic_alone_is_a_listing_of_the_data_set(tmp_path: Path) -> None:
    result = read(tmp_path, entity("c", "Company", SEEN, name="ACME", topics="sanction"))
    assert [event.entity_id for event in result.events] == ["c", "c#listed"]
    assert result.payloads[1].list == "us_ofac_sdn"
    linked = read(tmp_path, entity("c", "Company", SEEN, name="ACME", topics="sanction.linked"))
    assert len(linked.events) == 1


def test_what_cannot_be_taken_is_set_aside(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        entity("v", "Vessel", name="Sea Star"),
        entity("x", "Person"),
        entity("o", "Ownership", owner="Q1"),
        entity("p", "Payment", payer="Q1", amount="1"),
        entity("p", "Payment", payerAccount="a"),
        entity("p", "Payment", payerAccount="a", amount="1.234"),
        "{",
        '{"id": 7, "schema": "Person"}',
        '{"id": "", "schema": "Person", "properties": {"name": ["x"]}}',
        entity("s1", "Sanction"),
        entity("s2", "Sanction", entity="nobody"),
        "",
        entity("y", "Person", name="Bob"),
    )
    assert [event.entity_id for event in result.events] == ["y"]
    assert result.rows == 12
    assert [(line, one.code) for line, one in zip(result.lines, result.rejected, strict=True)] == [
        (1, "event.schema_unknown"),
        (2, "event.invalid"),
        (3, "event.invalid"),
        (4, "event.invalid"),
        (5, "event.money"),
        (6, "event.money"),
        (7, "event.invalid"),
        (8, "event.invalid"),
        (9, "event.invalid"),
        (10, "event.invalid"),
        (11, "event.invalid"),
    ]
    assert "schema 'Vessel' has no kind of event" in result.reasons[0]
    assert result.reasons[-1] == "11: its entity 'nobody' is not in the file"


def test_strange_values_cost_themselves_and_not_the_entity(tmp_path: Path) -> None:
    (payload,) = read(
        tmp_path,
        entity(
            *("x", "Person"),
            name=["n" * 501, "Ann", "", 7, None],
            phone=["1" * 36, "2"],
            nationality="zzz",
            birthDate="long ago",
            email=[f"{n}@x.example" for n in range(60)],
        ),
    ).payloads
    assert payload.name == "Ann"
    assert payload.phones == ("2",)
    assert (payload.nationalities, payload.birth_date, len(payload.emails)) == ((), None, 50)


def test_more_sanctions_than_memory_holds_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ftm, "MAX_SANCTIONS", 1)
    with pytest.raises(EventFileInvalid, match="more than 1 sanctions"):
        read(tmp_path, SANCTION, SANCTION.replace('"s"', '"s2"'))
