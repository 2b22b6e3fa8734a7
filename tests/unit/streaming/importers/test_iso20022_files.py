"""Which files are read, and how far."""

import gzip
from pathlib import Path

import pytest

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.iso20022 import ISO_IMPORTERS, batch, parsing
from support.iso20022 import (
    NAMESPACE,
    UETR,
    camt,
    entry,
    order,
    pacs,
    pacs_header,
    pain,
    payment,
    read,
    statement,
    transfer,
)

MESSAGES = {
    "pacs.008": pacs(transfer()),
    "pain.001": pain(order(payment())),
    "camt.053": camt(statement(entry())),
}


@pytest.mark.parametrize("family", list(MESSAGES))
def test_one_importer_reads_them_all_by_namespace(tmp_path: Path, family: str) -> None:
    assert len(read(tmp_path, MESSAGES[family], "iso20022").payments) == 1
    assert len(read(tmp_path, MESSAGES[family], family).payments) == 1


@pytest.mark.parametrize("importer", list(MESSAGES))
@pytest.mark.parametrize("family", list(MESSAGES))
def test_an_importer_of_one_type_refuses_others(tmp_path: Path, importer: str, family: str) -> None:
    if importer != family:
        with pytest.raises(
            EventFileInvalid, match=f"this is a {family} message; {importer} reads {importer}"
        ):
            read(tmp_path, MESSAGES[family], importer)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("id,amount\n1,2\n", "no XML"),
        ("<Document/>", "no ISO 20022 message; the namespace of its Document is ''"),
        ("<a><b/></a>", "no ISO 20022 message"),
        (pacs(transfer()).replace(NAMESPACE, "urn:other:"), "namespace of its Document"),
        (pacs(transfer()).replace("pacs.008", "pacs.009"), "this is a pacs.009 message"),
        (
            pacs(transfer(), version="99"),
            f"version 99 of pacs.008 is not known .* XML schema for {NAMESPACE}pacs.008.001.99",
        ),
        (pacs(transfer()).replace("FIToFICstmrCdtTrf", "Other"), "no element FIToFICstmrCdtTrf"),
        (pacs(transfer(), header=""), "no GrpHdr"),
        (pacs(transfer(), header=pacs_header(1, created="soon")), "header is not valid"),
        (pacs(transfer(), header=pacs_header(1, created="1969-12-31T23:59:59Z")), "before 1970"),
        (pacs(transfer(), header="<GrpHdr><MsgId>1</MsgId></GrpHdr>"), "header is not valid"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    with pytest.raises(EventFileInvalid, match=reason):
        read(tmp_path, content)


def test_a_packed_file_is_read_and_a_damaged_one_told(tmp_path: Path) -> None:
    path = tmp_path / "packed.xml"
    packed = gzip.compress(pacs(transfer()).encode())
    path.write_bytes(packed)
    (chunk,) = ISO_IMPORTERS["pacs.008"]().chunks(path)
    assert chunk.rows == 1

    path.write_bytes(packed[:-20])
    with pytest.raises(EventFileInvalid, match="damaged or cut off"):
        list(ISO_IMPORTERS["pacs.008"]().chunks(path))


def test_a_message_is_found_in_an_envelope_beside_its_application_header(tmp_path: Path) -> None:
    header = f'<AppHdr xmlns="{NAMESPACE}head.001.001.02"><BizMsgIdr>1</BizMsgIdr></AppHdr>'
    content = f"<Envelope>{header}<Body><Deep>{pacs(transfer())}</Deep></Body></Envelope>"

    assert len(read(tmp_path, content).payments) == 1


def test_prefixed_names_are_the_same_names(tmp_path: Path) -> None:
    content = pacs(transfer())
    prefixed = content.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    prefixed = prefixed.replace("xmlns=", "xmlns:x=")

    assert len(read(tmp_path, prefixed).payments) == 1


def test_several_messages_in_one_file_are_read_in_turn(tmp_path: Path) -> None:
    content = f"<All>{pacs(transfer(1))}{pain(order(payment(2, uetr=True)))}</All>"
    found = read(tmp_path, content)

    assert [p.entity_id for p in found.payments] == [f"{UETR}1", f"{UETR}2"]


def test_what_stands_before_a_break_is_given_and_the_break_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    whole = pacs(*(transfer(number) for number in range(1, 6)))
    path.write_text(whole[: whole.index("<EndToEndId>E4")])
    chunks: list[Chunk] = []

    with pytest.raises(
        EventFileInvalid, match=r"line 6.*; 3 records before it were read"
    ) as caught:
        chunks.extend(iter_into(path, chunks))

    assert sum(chunk.rows for chunk in chunks) == 3
    assert caught.value.context["line"] == 6


def iter_into(path: Path, chunks: list[Chunk]) -> list[Chunk]:
    for chunk in ISO_IMPORTERS["pacs.008"]().chunks(path):
        chunks.append(chunk)  # noqa: PERF402 - the chunks before an error are kept
    return []


def test_a_file_that_breaks_off_before_any_record_gives_nothing(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="breaks off") as caught:
        read(tmp_path, pacs(transfer())[:200])

    assert "records before" not in caught.value.detail


def test_a_count_that_is_wrong_is_reported_and_the_payments_kept(tmp_path: Path) -> None:
    header = pacs_header(
        5, '<CtrlSum>1.00</CtrlSum><TtlIntrBkSttlmAmt Ccy="EUR">24.60</TtlIntrBkSttlmAmt>'
    )
    found = read(tmp_path, pacs(transfer(1), transfer(2), header=header))

    assert found.reasons == [
        "NbOfTxs says 5, there are 2",
        "CtrlSum says 1.00, the amounts add up to 24.60",
    ]
    assert {rejected.line for rejected in found.rejected} == {2}
    assert len(found.payments) == 2


def test_a_transfer_that_is_set_aside_counts_for_the_header(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer(1), transfer(2, debtor="<Odd/>")))

    assert len(found.rejected) == 1


@pytest.mark.parametrize(
    "amount", ["1e999999999", "1e-999999999", "9" * 60, "NaN", "Infinity", "-", "1_0", "\u0661"]
)
def test_a_sum_with_an_amount_that_is_none_is_not_checked(tmp_path: Path, amount: str) -> None:
    bad = transfer(2, amount=f'<IntrBkSttlmAmt Ccy="EUR">{amount}</IntrBkSttlmAmt>')
    header = pacs_header(2, "<CtrlSum>24.60</CtrlSum>")
    found = read(tmp_path, pacs(transfer(1), bad, header=header))

    assert len(found.rejected) == 1
    assert "IntrBkSttlmAmt" in found.reasons[0]


def test_a_reason_is_short_whatever_the_file_says(tmp_path: Path) -> None:
    long = "x" * 20_000
    found = read(
        tmp_path,
        pacs(transfer(1, debtor=f"<Nm>{long}</Nm>"), f"<{long}/>", header=pacs_header(1)),
    )

    assert len(found.rejected) == 2
    assert max(len(reason) for reason in found.reasons) <= 500


def test_a_message_without_transfers_is_reported(tmp_path: Path) -> None:
    assert read(tmp_path, pacs()).reasons == ["there is no CdtTrfTxInf"]


@pytest.mark.parametrize(
    "content",
    [
        pacs("<Odd/>", transfer(), header=pacs_header(1)),
        pacs(transfer(), "<Odd/>", header=pacs_header(1)),
        pacs(transfer(), header="<Odd/>" + pacs_header(1)),
        pacs(transfer()).replace("</Document>", "<Odd/></Document>"),
        pacs(transfer(), pacs_header(1).replace("GrpHdr", "Odd"), header=pacs_header(1)),
    ],
)
def test_what_does_not_belong_there_is_reported(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)

    assert found.reasons == ["Odd is not expected here"]
    assert len(found.payments) == 1


def test_what_does_not_belong_is_reported_in_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer(1), "<Odd/>", transfer(2, debtor="<Bad/>")))

    assert [rejected.line for rejected in found.rejected] == [4, 5, 2]


def test_a_second_header_is_reported(tmp_path: Path) -> None:
    found = read(tmp_path, pacs(transfer(), pacs_header(9), header=pacs_header(1)))

    assert found.reasons == ["GrpHdr is not expected here"]


def test_chunks_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK", 2)
    path = tmp_path / "five.xml"
    path.write_text(pacs(*(transfer(number) for number in range(1, 6))))

    assert [chunk.rows for chunk in ISO_IMPORTERS["iso20022"]().chunks(path)] == [2, 2, 1]


@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
@pytest.mark.parametrize("family", list(MESSAGES))
def test_it_does_not_matter_in_which_pieces_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, size: int
) -> None:
    many = {
        "pacs.008": pacs(*(transfer(n) for n in range(5)), "<Odd/>", header=pacs_header(5)),
        "pain.001": pain(order(payment(1), "<Odd/>", payment(2)), order(payment(3)), count=3),
        "camt.053": camt(statement(entry(), entry()), statement(entry(status="PDNG"), entry())),
    }[family]
    whole = read(tmp_path, many)
    monkeypatch.setattr(parsing, "PROLOG_BYTES", 120)
    monkeypatch.setattr(parsing, "_READ", size)

    assert read(tmp_path, many) == whole


def test_lines_are_told_beyond_65535(tmp_path: Path) -> None:
    content = pacs(transfer(1), "\n" * 70_000, transfer(2, debtor="<Odd/>"), header=pacs_header(2))

    assert read(tmp_path, content).rejected[0].line == 70_005


def test_the_source_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "one.xml"
    path.write_text(pacs(transfer()))
    (chunk,) = ISO_IMPORTERS["pacs.008"](ImportOptions(source="bank")).chunks(path)

    assert all(b'"source":"bank"' in message.data for message in chunk.messages)
