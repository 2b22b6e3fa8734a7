"""What a pacs.008 message becomes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalystindex.model.events.envelope import CompanyEvent, PersonEvent
from support.iso20022 import UETR, order, pacs, pacs_header, paid, pain, payment, read, transfer


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


def test_a_transfer_is_a_payment_between_two_accounts(tmp_path: Path) -> None:
    more = "<Purp><Cd>SALA</Cd></Purp><RmtInf><Ustrd>March</Ustrd></RmtInf>"
    found = read(tmp_path, pacs(transfer(more=more)), "pacs.008")

    (event,) = found.payments
    assert event.entity_id == f"{UETR}1"
    assert event.event_time == at("2026-03-03T00:00:00")
    assert event.source == "pacs.008"
    payload = paid(event)
    assert (payload.amount, payload.currency, payload.credited_amount) == (1230, "EUR", None)
    assert payload.debtor_account == "DE02100500000054540402"
    assert payload.creditor_account == "FR7630006000011234567890189"
    assert (payload.debtor_name, payload.creditor_name) == ("Ann Payer", "Bob Payee")
    assert (payload.debtor_agent, payload.creditor_agent) == ("DEUTDEFF", "AGRIFRPP")
    assert (payload.purpose, payload.remittance) == ("SALA", "March")
    assert (payload.end_to_end_id, payload.uetr) == ("E1", f"{UETR}1")
    assert found.rows == 1
    assert found.rejected == []


def test_its_accounts_are_sightings_of_version_1(tmp_path: Path) -> None:
    account = "<DbtrAcct><Id><IBAN>DE02100500000054540402</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>"
    accounts = read(tmp_path, pacs(transfer(debtor_account=account), transfer(2))).accounts

    seen = accounts["DE02100500000054540402"]
    assert seen.version == 1
    assert seen.payload is not None
    assert seen.payload.iban == "DE02100500000054540402"
    assert seen.payload.bank == "DEUTDEFF"
    assert seen.payload.country == "DE"
    assert seen.payload.notes == "In the name of Ann Payer."


def test_an_account_seen_often_is_given_out_once(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(*(transfer(number) for number in range(1, 6))))

    assert len(found.payments) == 5
    assert len(found.events) == 5 + 2


def test_what_arrived_is_told_where_it_is_not_what_was_instructed(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer(instructed='<InstdAmt Ccy="USD">20</InstdAmt>')))

    payload = paid(found.payments[0])
    assert (payload.amount, payload.currency) == (2000, "USD")
    assert (payload.credited_amount, payload.credited_currency) == (1230, "EUR")


@pytest.mark.parametrize(
    ("day", "more_header", "expected"),
    [
        (
            "<AccptncDtTm>2026-03-03T10:11:12.5+01:00</AccptncDtTm>",
            "",
            "2026-03-03T09:11:12.500000",
        ),
        (
            "<SttlmTmIndctn><DbtDtTm>2026-03-03T12:00:00</DbtDtTm></SttlmTmIndctn>",
            "",
            "2026-03-03T12:00:00",
        ),
        ("", "<IntrBkSttlmDt>2026-03-04</IntrBkSttlmDt>", "2026-03-04T00:00:00"),
        ("", "", "2026-03-02T09:00:00"),
    ],
)
def test_its_time_is_the_most_exact_one(
    tmp_path: Path, day: str, more_header: str, expected: str
) -> None:
    found = read(tmp_path, pacs(transfer(day=day), header=pacs_header(1, more_header)))

    assert found.payments[0].event_time == at(expected)


def test_a_person_with_an_id_holds_the_account(tmp_path: Path) -> None:
    person = (
        "<Nm>Ann Payer</Nm><PstlAdr><StrtNm>Long Road</StrtNm><BldgNb>1</BldgNb><Ctry>DE</Ctry>"
        "</PstlAdr><Id><PrvtId><DtAndPlcOfBirth><BirthDt>1980-02-03</BirthDt>"
        "<CityOfBirth>Bonn</CityOfBirth><CtryOfBirth>DE</CtryOfBirth></DtAndPlcOfBirth>"
        "<Othr><Id>123</Id><SchmeNm><Cd>NIDN</Cd></SchmeNm></Othr></PrvtId></Id>"
    )
    found = read(tmp_path, pacs(transfer(debtor=person)))

    (event,) = [e for e in found.events if isinstance(e, PersonEvent)]
    assert event.payload is not None
    assert (event.entity_id, event.payload.birth_date) == ("NIDN:123", "1980-02-03")
    assert event.payload.addresses == ("Long Road, 1, DE",)
    assert paid(found.payments[0]).debtor == "NIDN:123"
    assert paid(found.payments[0]).debtor_country == "DE"
    account = found.accounts["DE02100500000054540402"].payload
    assert account is not None
    assert account.holders == ("NIDN:123",)


def test_an_organisation_is_known_by_its_lei(tmp_path: Path) -> None:
    company = "<Nm>Pay AG</Nm><Id><OrgId><LEI>5493001KJTIIGC8Y1R12</LEI></OrgId></Id>"
    found = read(tmp_path, pacs(transfer(creditor=company)))

    (event,) = [e for e in found.events if isinstance(e, CompanyEvent)]
    assert event.payload is not None
    assert (event.entity_id, event.payload.lei) == ("5493001KJTIIGC8Y1R12",) * 2


def test_a_party_without_an_id_stays_a_name(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer()))

    assert not [e for e in found.events if isinstance(e, PersonEvent | CompanyEvent)]
    assert paid(found.payments[0]).debtor is None


def test_an_account_number_is_unique_only_at_its_bank(tmp_path: Path) -> None:
    account = "<DbtrAcct><Id><Othr><Id>0042</Id></Othr></Id></DbtrAcct>"
    member = "<ClrSysMmbId><ClrSysId><Cd>GBDSC</Cd></ClrSysId><MmbId>200000</MmbId></ClrSysMmbId>"
    found = read(
        tmp_path,
        pacs(
            transfer(1, debtor_account=account),
            transfer(2, debtor_account=account, agents=(member, member)),
        ),
    )

    assert [paid(p).debtor_account for p in found.payments] == [
        "DEUTDEFF:0042",
        "GBDSC:200000:0042",
    ]


def test_without_any_account_number_the_parties_meet_at_unnumbered_ones(tmp_path: Path) -> None:
    records = [transfer(number, debtor_account="", creditor_account="") for number in (1, 2)]
    found = read(tmp_path, pacs(*records))

    first, second = (paid(p) for p in found.payments)
    assert first.debtor_account is not None
    assert first.debtor_account.startswith("unnumbered:")
    assert (first.debtor_account, first.creditor_account) == (
        second.debtor_account,
        second.creditor_account,
    )
    assert first.debtor_account != first.creditor_account
    assert set(found.accounts) == {first.debtor_account, first.creditor_account}


def test_a_party_that_pays_itself_is_not_a_loop_at_an_unnumbered_account(tmp_path: Path) -> None:
    record = transfer(
        debtor="<Nm>X</Nm>",
        creditor="<Nm>X</Nm>",
        debtor_account="",
        creditor_account="",
        agents=("", ""),
    )
    payload = paid(read(tmp_path, pacs(record)).payments[0])

    assert payload.debtor_account is not None
    assert payload.creditor_account is None


def test_a_payment_of_nobody_is_set_aside(tmp_path: Path) -> None:
    record = transfer(debtor="", creditor="", debtor_account="", creditor_account="")
    found = read(tmp_path, pacs(record, transfer(2)))

    assert found.reasons == ["neither an account nor a party is named"]
    assert len(found.payments) == 1


def test_an_account_in_no_known_currency_is_set_aside_with_its_transfer(tmp_path: Path) -> None:
    account = "<DbtrAcct><Id><IBAN>DE02100500000054540402</IBAN></Id><Ccy>ZZZ</Ccy></DbtrAcct>"
    found = read(tmp_path, pacs(transfer(debtor_account=account)))

    assert "ZZZ" in found.reasons[0]
    assert found.events == []


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ('<IntrBkSttlmAmt Ccy="EUR">1.234</IntrBkSttlmAmt>', "more than 2 decimals"),
        ('<IntrBkSttlmAmt Ccy="JPY">1.5</IntrBkSttlmAmt>', "more than 0 decimals"),
        ('<IntrBkSttlmAmt Ccy="ZZZ">1.00</IntrBkSttlmAmt>', "no ISO 4217 currency"),
        ('<IntrBkSttlmAmt Ccy="EUR">-1.00</IntrBkSttlmAmt>', "IntrBkSttlmAmt"),
        ('<IntrBkSttlmAmt Ccy="EUR">1e3</IntrBkSttlmAmt>', "IntrBkSttlmAmt"),
        ("<IntrBkSttlmAmt>1.00</IntrBkSttlmAmt>", "Ccy"),
        ("", "Expected is"),
    ],
)
def test_an_amount_that_cannot_be_held_is_set_aside(
    tmp_path: Path, amount: str, reason: str
) -> None:
    found = read(tmp_path, pacs(transfer(amount=amount), transfer(2)))

    (text,) = found.reasons
    assert reason in text
    assert [p.entity_id for p in found.payments] == [f"{UETR}2"]


def test_a_bad_transfer_is_set_aside_with_its_place(tmp_path: Path) -> None:
    bad = transfer(2, debtor=f"<Nm>{'n' * 141}</Nm>")
    found = read(tmp_path, pacs(transfer(1), bad, transfer(3)))

    (rejected,) = found.rejected
    assert (rejected.file, rejected.line, rejected.code) == ("message.xml", 4, "event.invalid")
    assert "Nm" in rejected.reason
    assert rejected.raw.startswith("<CdtTrfTxInf")
    assert [p.entity_id[-1] for p in found.payments] == ["1", "3"]
    assert found.rows == 3


def test_an_id_too_long_for_an_event_is_set_aside_whole(tmp_path: Path) -> None:
    proxy = f"<DbtrAcct><Prxy><Id>{'p' * 300}</Id></Prxy></DbtrAcct>"
    found = read(tmp_path, pacs(transfer(debtor_account=proxy)))

    assert "over 200 characters" in found.reasons[0]
    assert found.events == []


def test_long_remittance_is_cut_and_said(tmp_path: Path) -> None:
    texts = "".join(f"<Ustrd>{str(n) * 140}</Ustrd>" for n in range(8))
    found = read(tmp_path, pacs(transfer(more=f"<RmtInf>{texts}</RmtInf>")))

    assert len(paid(found.payments[0]).remittance or "") == 1_000
    assert "is cut to 1000" in found.reasons[0]


def test_references_are_part_of_remittance(tmp_path: Path) -> None:
    more = (
        "<RmtInf><Ustrd>For tea</Ustrd><Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf>"
        "<CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    found = read(tmp_path, pacs(transfer(more=more)))

    assert paid(found.payments[0]).remittance == "For tea / INV-1 / RF18"


def test_the_same_file_gives_the_same_events(tmp_path: Path) -> None:
    content = pacs(transfer(1, uetr=False), transfer(2, uetr=False))

    assert read(tmp_path, content).ids == read(tmp_path, content).ids


def test_equal_transfers_without_uetr_are_two_payments(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer(1, uetr=False), transfer(1, uetr=False)))

    assert len({p.entity_id for p in found.payments}) == 2


def test_two_payments_of_one_uetr_are_not_silently_one(tmp_path: Path) -> None:
    other = transfer(1, amount='<IntrBkSttlmAmt Ccy="EUR">99.00</IntrBkSttlmAmt>')
    found = read(tmp_path, pacs(transfer(1), other))

    assert len(found.payments) == 1
    assert f"another payment of the id {UETR}1 came before" in found.reasons[0]


def test_the_banks_transfer_holds_over_the_customers_order(tmp_path: Path) -> None:
    """Whichever was made later."""
    asked = read(tmp_path, pain(order(payment(1, uetr=True)))).payments[0]
    done = read(tmp_path, pacs(transfer(1), header=pacs_header(1, "", "2020-01-01T00:00:00Z")))

    assert asked.entity_id == done.payments[0].entity_id
    assert done.payments[0].version > asked.version


def test_a_later_message_holds_over_an_earlier_one(tmp_path: Path) -> None:
    early = read(tmp_path, pacs(transfer(), header=pacs_header(1, "", "2026-03-02T09:00:00Z")))
    late = read(tmp_path, pacs(transfer(), header=pacs_header(1, "", "2026-03-02T09:00:00.001Z")))

    assert early.payments[0].version < late.payments[0].version
