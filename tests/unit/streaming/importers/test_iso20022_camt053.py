"""What a camt.053 message becomes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.iso20022 import UETR, camt, entry, paid, read, statement

OWN = "DE02100500000054540402"
PAYER = (
    "<RltdPties><Dbtr><Pty><Nm>Zoe</Nm></Pty></Dbtr>"
    "<DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct></RltdPties>"
)
PAYEE = (
    "<RltdPties><Cdtr><Pty><Nm>Tax Office</Nm></Pty></Cdtr>"
    "<CdtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></CdtrAcct></RltdPties>"
)


def detail(inner: str = "", amount: str | None = None, refs: str = "") -> str:
    money = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    references = f"<Refs>{refs}</Refs>" if refs else ""
    return f"<TxDtls>{references}{money}{inner}</TxDtls>"


def code(family: str, subfamily: str) -> str:
    return (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{subfamily}</SubFmlyCd>"
        "</Fmly></Domn></BkTxCd>"
    )


def test_a_credit_comes_to_the_accounts_statement(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(entry(detail(PAYER)))), "camt.053")

    payload = paid(found.payments[0])
    assert (payload.debtor_account, payload.creditor_account) == ("NL91ABNA0417164300", OWN)
    assert payload.debtor_name == "Zoe"
    assert (payload.amount, payload.currency) == (10_000, "EUR")
    when = datetime.fromtimestamp(found.payments[0].event_time / 1_000_000, UTC)
    assert when == datetime(2026, 3, 6, tzinfo=UTC)
    assert found.rejected == []


def test_a_debit_leaves_it(tmp_path: Path) -> None:
    payload = paid(
        read(tmp_path, camt(statement(entry(detail(PAYEE), direction="DBIT")))).payments[0]
    )

    assert (payload.debtor_account, payload.creditor_account) == (OWN, "NL91ABNA0417164300")
    assert payload.creditor_name == "Tax Office"


def test_parties_of_older_versions_stand_without_a_choice(tmp_path: Path) -> None:
    parties = "<RltdPties><Dbtr><Nm>Zoe</Nm></Dbtr></RltdPties>"
    content = camt(statement(entry(detail(parties), status="BOOK")), version="04")

    assert paid(read(tmp_path, content).payments[0]).debtor_name == "Zoe"


def test_a_reversal_moves_money_back_between_the_same_two(tmp_path: Path) -> None:
    refs = f"<UETR>{UETR}1</UETR>"
    taken = entry(detail(PAYEE, refs=refs), direction="DBIT")
    back = entry(detail(PAYEE, refs=refs), reversal="<RvslInd>true</RvslInd>")
    first, second = read(tmp_path, camt(statement(taken, back))).payments

    assert (paid(second).debtor_account, paid(second).creditor_account) == (
        paid(first).creditor_account,
        paid(first).debtor_account,
    )
    assert (first.entity_id, second.entity_id) == (f"{UETR}1", f"{UETR}1:reversal")


@pytest.mark.parametrize("status", ["<Cd>PDNG</Cd>", "<Cd>INFO</Cd>", "PDNG", "<Prtry>X</Prtry>"])
def test_what_is_not_booked_is_set_aside(tmp_path: Path, status: str) -> None:
    found = read(tmp_path, camt(statement(entry(status=status), entry())))

    assert "only booked entries are taken" in found.reasons[0]
    assert len(found.payments) == 1


def test_a_batch_is_its_payments(tmp_path: Path) -> None:
    details = (detail(PAYER, "60.00"), detail(amount="40.00"))
    found = read(tmp_path, camt(statement(entry(*details))))

    assert [paid(p).amount for p in found.payments] == [6000, 4000]
    assert paid(found.payments[1]).debtor_account is None
    assert found.rejected == []
    assert found.rows == 1


def test_details_in_the_other_direction_count_against_it(tmp_path: Path) -> None:
    back = detail().replace(
        "<TxDtls>", '<TxDtls><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
    )
    found = read(tmp_path, camt(statement(entry(detail(amount="120.00"), back))))

    assert [paid(p).amount for p in found.payments] == [12_000, 2_000]
    assert paid(found.payments[1]).debtor_account == OWN


@pytest.mark.parametrize("second", ["39.00", None])
def test_details_that_do_not_add_up_are_one_payment(tmp_path: Path, second: str | None) -> None:
    found = read(tmp_path, camt(statement(entry(detail(PAYER, "60.00"), detail(amount=second)))))

    assert [paid(p).amount for p in found.payments] == [10_000]
    assert "do not add up" in found.reasons[0]


def test_both_amounts_of_an_exchange_are_kept(tmp_path: Path) -> None:
    other = '<AmtDtls><InstdAmt><Amt Ccy="USD">110.00</Amt></InstdAmt></AmtDtls>'
    entries = (entry(detail(other)), entry(detail(other), direction="DBIT"))
    received, sent = (paid(p) for p in read(tmp_path, camt(statement(*entries))).payments)

    assert (received.amount, received.currency) == (11_000, "USD")
    assert (received.credited_amount, received.credited_currency) == (10_000, "EUR")
    assert (sent.amount, sent.currency) == (10_000, "EUR")
    assert (sent.credited_amount, sent.credited_currency) == (11_000, "USD")


@pytest.mark.parametrize(
    ("family", "subfamily", "direction", "method"),
    [
        ("RCDT", "ESCT", "CRDT", "transfer"),
        ("RDDT", "ESDD", "DBIT", "direct_debit"),
        ("CCRD", "POSD", "DBIT", "card"),
        ("CCRD", "CWDL", "DBIT", "cash_withdrawal"),
        ("CNTR", "CDPT", "CRDT", "cash_deposit"),
        ("RCHQ", "CCHQ", "CRDT", "cheque"),
        ("MCOP", "CHRG", "DBIT", "fee"),
        ("MCOP", "INTR", "CRDT", "interest"),
        ("XXXX", "YYYY", "CRDT", "other"),
    ],
)
def test_the_bank_transaction_code_tells_the_method(
    tmp_path: Path, family: str, subfamily: str, direction: str, method: str
) -> None:
    content = camt(statement(entry(direction=direction, code=code(family, subfamily))))

    assert paid(read(tmp_path, content).payments[0]).method == method


def test_an_exact_time_is_taken_over_the_booking_date(tmp_path: Path) -> None:
    dates = "<RltdDts><TxDtTm>2026-03-05T13:14:15Z</TxDtTm></RltdDts>"
    found = read(tmp_path, camt(statement(entry(detail(dates)))))

    when = datetime.fromtimestamp(found.payments[0].event_time / 1_000_000, UTC)
    assert when == datetime(2026, 3, 5, 13, 14, 15, tzinfo=UTC)


def test_a_line_of_text_stands_in_for_remittance(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(entry(more="<AddtlNtryInf>FEE Q1</AddtlNtryInf>"))))

    assert paid(found.payments[0]).remittance == "FEE Q1"


def test_a_statement_without_a_group_header_is_read_and_that_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(entry(status="BOOK")), header=""))

    assert found.reasons == ["the message has no GrpHdr, which ISO 20022 demands"]
    assert len(found.payments) == 1


def test_a_statement_of_no_account_is_set_aside_with_its_entries(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(entry(), account="<Ccy>EUR</Ccy>"), statement(entry())))

    assert len(found.payments) == 1
    assert found.reasons == ["the statement does not say of which account it is"]


def test_two_equal_entries_are_two_payments(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(entry(), entry())))

    assert len({p.entity_id for p in found.payments}) == 2


def test_the_summary_is_compared(tmp_path: Path) -> None:
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>200.00</Sum></TtlNtries></TxsSummry>"
    )
    good = read(tmp_path, camt(statement(entry(), entry(), summary=summary)))
    bad = read(tmp_path, camt(statement(entry(), summary=summary)))

    assert good.rejected == []
    assert bad.reasons == [
        "TxsSummry/TtlNtries/NbOfNtries says 2, there are 1",
        "TxsSummry/TtlNtries/Sum says 200.00, the amounts add up to 100.00",
    ]


def test_a_statement_without_entries_is_no_fault(tmp_path: Path) -> None:
    found = read(tmp_path, camt(statement(after="<AddtlStmtInf>none</AddtlStmtInf>")))

    assert (found.rows, found.rejected) == (0, [])
