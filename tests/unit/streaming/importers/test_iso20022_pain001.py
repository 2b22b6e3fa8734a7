"""What a pain.001 message becomes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.iso20022 import UETR, order, paid, pain, payment, read


def test_a_payment_has_its_groups_debtor(tmp_path: Path) -> None:
    found = read(tmp_path, pain(order(payment(1), payment(2)), count=2), "pain.001")

    assert found.rejected == []
    assert [paid(p).debtor_account for p in found.payments] == ["DE02100500000054540402"] * 2
    payload = paid(found.payments[0])
    assert (payload.amount, payload.currency, payload.method) == (5000, "EUR", "transfer")
    assert payload.creditor_name == "Bob Payee"
    when = datetime.fromtimestamp(found.payments[0].event_time / 1_000_000, UTC)
    assert when == datetime(2026, 3, 5, tzinfo=UTC)


def test_groups_do_not_share_their_debtor(tmp_path: Path) -> None:
    groups = (order(payment(1)), order(payment(2), iban="DE75512108001245126199"))
    found = read(tmp_path, pain(*groups, count=2))

    assert [paid(p).debtor_account for p in found.payments] == [
        "DE02100500000054540402",
        "DE75512108001245126199",
    ]


def test_a_cheque_is_a_cheque(tmp_path: Path) -> None:
    found = read(tmp_path, pain(order(payment(), method="CHK")))

    assert paid(found.payments[0]).method == "cheque"


def test_the_purpose_may_be_that_of_the_group(tmp_path: Path) -> None:
    kind = "<PmtTpInf><CtgyPurp><Cd>SALA</Cd></CtgyPurp></PmtTpInf>"
    own = payment(2, more="<Purp><Cd>RENT</Cd></Purp>")
    found = read(tmp_path, pain(order(payment(1), own, kind=kind), count=2))

    assert [paid(p).purpose for p in found.payments] == ["SALA", "RENT"]


def test_an_equivalent_amount_is_sent_in_another_currency(tmp_path: Path) -> None:
    amount = '<EqvtAmt><Amt Ccy="EUR">10</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>'
    payload = paid(read(tmp_path, pain(order(payment(amount=amount)))).payments[0])

    assert (payload.amount, payload.currency) == (1000, "EUR")
    assert (payload.credited_amount, payload.credited_currency) == (None, "USD")


def test_an_older_version_has_a_plain_date(tmp_path: Path) -> None:
    found = read(tmp_path, pain(order(payment(), day="2026-03-05"), version="03"))

    assert len(found.payments) == 1
    assert read(tmp_path, pain(order(payment(), day="2026-03-05"))).payments == []


def test_a_proxy_stands_for_an_account(tmp_path: Path) -> None:
    account = "<Prxy><Tp><Cd>TELE</Cd></Tp><Id>+4912345</Id></Prxy>"
    found = read(tmp_path, pain(order(payment(account=account))))

    assert paid(found.payments[0]).creditor_account == "proxy:TELE:+4912345"


def test_a_bad_group_is_set_aside_with_its_payments(tmp_path: Path) -> None:
    groups = (order(payment(1), payment(2), iban="no iban"), order(payment(3, uetr=True)))
    found = read(tmp_path, pain(*groups, count=3))

    assert [p.entity_id for p in found.payments] == [f"{UETR}3"]
    assert "IBAN" in found.reasons[0]
    assert [
        reason.startswith("its PmtInf in line 2 was set aside") for reason in found.reasons
    ] == [
        False,
        True,
        True,
    ]
    assert found.rows == 3


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_what_does_not_belong_there_is_reported(tmp_path: Path, place: str) -> None:
    odd = "<Odd>1</Odd>"
    parts = {
        "before": order(odd + payment(1), payment(2)),
        "between": order(payment(1), odd + payment(2)),
        "after": order(payment(1), payment(2) + odd),
    }
    found = read(tmp_path, pain(parts[place], count=2))

    assert any("Odd" in reason for reason in found.reasons)
    assert len(found.payments) == (0 if place == "before" else 2)


def test_a_group_without_payments_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, pain(order(), order(payment(1))))

    assert found.reasons == ["there is no CdtTrfTxInf"]
    assert len(found.payments) == 1


def test_totals_of_header_and_group_are_compared(tmp_path: Path) -> None:
    group = order(payment(1), payment(2), totals="<NbOfTxs>3</NbOfTxs><CtrlSum>100.00</CtrlSum>")
    found = read(tmp_path, pain(group, count=2, more="<CtrlSum>99</CtrlSum>"))

    assert found.reasons == [
        "NbOfTxs says 3, there are 2",
        "CtrlSum says 99, the amounts add up to 100.00",
    ]
    assert len(found.payments) == 2
