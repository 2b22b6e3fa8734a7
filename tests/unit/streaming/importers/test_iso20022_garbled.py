"""Whatever a file holds: events that decode, bad records, or one error that says why."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.currency import EXPONENTS, from_minor
from catalystindex.model.event_errors import EventFileInvalid
from support.iso20022 import (
    Read,
    camt,
    entry,
    order,
    pacs,
    paid,
    pain,
    payment,
    read,
    statement,
    transfer,
)

MESSAGES = st.sampled_from(
    [
        pacs(transfer(1), transfer(2)),
        pain(order(payment(1), payment(2))),
        camt(statement(entry("<TxDtls><Refs/></TxDtls>"), entry())),
    ]
)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<&>\0"), max_size=60)


def tried(content: bytes) -> Read | None:
    with TemporaryDirectory() as folder:
        try:
            return read(Path(folder), content)
        except EventFileInvalid:
            return None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_with_other_bytes_in_it_never_fails_otherwise(data: st.DataObject) -> None:
    content = bytearray(data.draw(MESSAGES).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))

    tried(bytes(content))


@settings(max_examples=60, deadline=None)
@given(MESSAGES, st.data())
def test_a_file_cut_anywhere_never_fails_otherwise(message: str, data: st.DataObject) -> None:
    content = message.encode()

    assert tried(content[: data.draw(st.integers(0, len(content) - 1))]) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_message_are_refused(content: bytes) -> None:
    assert tried(content) is None


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, TEXT)
def test_texts_are_kept_or_their_record_is_set_aside(amount: str, day: str, name: str) -> None:
    record = transfer(
        amount=f'<IntrBkSttlmAmt Ccy="EUR">{amount}</IntrBkSttlmAmt>',
        day=f"<IntrBkSttlmDt>{day}</IntrBkSttlmDt>",
        debtor=f"<Nm>{name}</Nm>",
    )
    found = tried(pacs(record).encode())

    assert found is None or len(found.payments) + len(found.rejected) == 1


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EXPONENTS)), st.integers(0, 10**17))
def test_an_amount_is_kept_exactly_or_set_aside(currency: str, minor: int) -> None:
    amount = format(from_minor(minor, currency), "f")
    record = transfer(amount=f'<IntrBkSttlmAmt Ccy="{currency}">{amount}</IntrBkSttlmAmt>')
    found = tried(pacs(record).encode())

    assert found is not None
    if found.payments:
        assert (paid(found.payments[0]).amount, found.rejected) == (minor, [])
    else:
        assert minor > 2**53 - 1 or EXPONENTS[currency] > 5
        assert len(found.rejected) == 1


@settings(max_examples=100, deadline=None)
@given(st.datetimes(timezones=st.timezones()))
def test_a_time_is_kept_exactly(when: datetime) -> None:
    offset = when.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return
    if abs(offset) > timedelta(hours=14):  # what XML Schema cannot say, such as Saipan's until 1844
        return
    record = transfer(day=f"<AccptncDtTm>{when.isoformat()}</AccptncDtTm>")
    found = tried(pacs(record).encode())

    assert found is not None
    if found.payments:
        event_time = found.payments[0].event_time
        assert abs(event_time / 1_000_000 - when.timestamp()) < 0.01
    else:
        assert when.year in {1, 9999}
