from pathlib import Path

import pytest

from catalystindex.model.errors import EventFileInvalid
from catalystindex.model.events.money import Transaction
from support.importers import imported, written

HEADER = (
    "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,"
    "newbalanceDest,isFraud,isFlaggedFraud"
)


def made(**said: object) -> Transaction:
    return Transaction(**{"currency": "USD", "channel": "mobile", **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "other", "payload"),
    [
        ("TRANSFER", "C2", made(amount=981_305, debtor_account="C1", creditor_account="C2")),
        ("PAYMENT", "M2", made(amount=981_305, debtor_account="C1", merchant="M2")),
        (
            "DEBIT",
            "C2",
            made(amount=981_305, debtor_account="C1", creditor_account="C2", method="direct_debit"),
        ),
        (
            "CASH_IN",
            "C2",
            made(amount=981_305, creditor_account="C1", branch="C2", method="cash_deposit"),
        ),
        (
            "CASH_OUT",
            "C2",
            made(amount=981_305, debtor_account="C1", branch="C2", method="cash_withdrawal"),
        ),
    ],
)
def test_what_a_type_becomes(tmp_path: Path, kind: str, other: str, payload: Transaction) -> None:
    row = f"3,{kind},9813.05,C1,170136,160296.36,{other},0,0,1,1"
    (event,) = imported("paysim", written(tmp_path / "p.csv", HEADER, row)).events
    assert event.payload == payload
    assert event.event_time == 1_640_995_200_000_000 + 3 * 3_600_000_000


def test_an_unknown_type_is_set_aside(tmp_path: Path) -> None:
    path = written(tmp_path / "p.csv", HEADER, "1,GIFT,1,C1,0,0,C2,0,0,0,0")
    assert imported("paysim", path).reasons == [
        "2: type 'GIFT' is none of CASH_IN, CASH_OUT, DEBIT, PAYMENT, TRANSFER"
    ]


def test_answers_make_no_difference_to_events(tmp_path: Path) -> None:
    row = "1,TRANSFER,1,C1,0,0,C2,0,0,{},0"
    one, other = (
        imported("paysim", written(tmp_path / "p.csv", HEADER, row.format(fraud))).messages
        for fraud in (0, 1)
    )
    assert one == other


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="column 'step' is missing"):
        imported("paysim", written(tmp_path / "p.csv", "a,b", "1,2"))
