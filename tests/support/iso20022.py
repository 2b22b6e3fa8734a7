"""Small ISO 20022 messages of our own, and reading them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from catalystindex.model.events.envelope import AccountEvent, Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.codec import decode
from catalystindex.streaming.importers.base import ImportOptions, Rejected
from catalystindex.streaming.importers.iso20022 import ISO_IMPORTERS
from support.documents import ROOT

REAL = (
    Path(os.environ.get("CATALYST_BENCH_DATA", ROOT.parent / "shared" / "data"))
    / "standards"
    / "iso20022"
)
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
PAYEE = "FR7630006000011234567890189"
UETR = "0a1b2c3d-0000-4000-8000-00000000000"
"""With one more digit a UETR."""


class Read(NamedTuple):
    """Everything an importer gave."""

    rows: int
    events: list[Event]
    rejected: list[Rejected]
    ids: list[str]

    @property
    def payments(self) -> list[TransactionEvent]:
        return [event for event in self.events if isinstance(event, TransactionEvent)]

    @property
    def accounts(self) -> dict[str, AccountEvent]:
        return {e.entity_id: e for e in self.events if isinstance(e, AccountEvent)}

    @property
    def reasons(self) -> list[str]:
        return [rejected.reason for rejected in self.rejected]


def paid(event: TransactionEvent) -> Transaction:
    assert event.payload is not None
    return event.payload


def read(
    folder: Path,
    content: str | bytes,
    importer: str = "iso20022",
    schemas: Mapping[str, Path] | None = None,
) -> Read:
    """Import a file of this content; every message is decoded."""
    path = folder / "message.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, importer, schemas)


def read_file(
    path: Path, importer: str = "iso20022", schemas: Mapping[str, Path] | None = None
) -> Read:
    chunks = list(ISO_IMPORTERS[importer](ImportOptions(schemas=schemas or {})).chunks(path))
    messages = [message for chunk in chunks for message in chunk.messages]
    return Read(
        sum(chunk.rows for chunk in chunks),
        [decode(message.data) for message in messages],
        [rejected for chunk in chunks for rejected in chunk.rejected],
        [message.message_id for message in messages],
    )


def real(name: str) -> Path:
    """Return a real example or schema, or skip the test."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"no {name} at {REAL}: set CATALYST_BENCH_DATA to the data folder")
    return path


def pacs(*records: str, header: str | None = None, version: str = "08") -> str:
    head = header if header is not None else pacs_header(len(records))
    return (
        f'<Document xmlns="{NAMESPACE}pacs.008.001.{version}"><FIToFICstmrCdtTrf>\n{head}\n'
        + "\n".join(records)
        + "\n</FIToFICstmrCdtTrf></Document>"
    )


def pacs_header(count: int, more: str = "", created: str = "2026-03-02T09:00:00Z") -> str:
    return (
        f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>{created}</CreDtTm><NbOfTxs>{count}</NbOfTxs>{more}"
        "<SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>"
    )


def transfer(
    number: int = 1,
    *,
    amount: str = '<IntrBkSttlmAmt Ccy="EUR">12.30</IntrBkSttlmAmt>',
    day: str = "<IntrBkSttlmDt>2026-03-03</IntrBkSttlmDt>",
    instructed: str = "",
    debtor: str = "<Nm>Ann Payer</Nm>",
    debtor_account: str = "<DbtrAcct><Id><IBAN>DE02100500000054540402</IBAN></Id></DbtrAcct>",
    creditor: str = "<Nm>Bob Payee</Nm>",
    creditor_account: str = f"<CdtrAcct><Id><IBAN>{PAYEE}</IBAN></Id></CdtrAcct>",
    agents: tuple[str, str] = ("<BICFI>DEUTDEFFXXX</BICFI>", "<BICFI>AGRIFRPP</BICFI>"),
    more: str = "",
    uetr: bool = True,
) -> str:
    identified = f"<UETR>{UETR}{number}</UETR>" if uetr else ""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E{number}</EndToEndId>{identified}</PmtId>"
        f"{amount}{day}{instructed}<ChrgBr>SHAR</ChrgBr>"
        f"<Dbtr>{debtor}</Dbtr>{debtor_account}"
        f"<DbtrAgt><FinInstnId>{agents[0]}</FinInstnId></DbtrAgt>"
        f"<CdtrAgt><FinInstnId>{agents[1]}</FinInstnId></CdtrAgt>"
        f"<Cdtr>{creditor}</Cdtr>{creditor_account}{more}</CdtTrfTxInf>"
    )


def pain(*groups: str, count: int = 1, more: str = "", version: str = "09") -> str:
    return (
        f'<Document xmlns="{NAMESPACE}pain.001.001.{version}"><CstmrCdtTrfInitn>'
        "<GrpHdr><MsgId>P1</MsgId><CreDtTm>2026-03-01T08:00:00Z</CreDtTm>"
        f"<NbOfTxs>{count}</NbOfTxs>{more}<InitgPty><Nm>Ann</Nm></InitgPty></GrpHdr>\n"
        + "\n".join(groups)
        + "\n</CstmrCdtTrfInitn></Document>"
    )


def order(
    *payments: str,
    method: str = "TRF",
    totals: str = "",
    day: str = "<Dt>2026-03-05</Dt>",
    iban: str = "DE02100500000054540402",
    kind: str = "",
) -> str:
    return (
        f"<PmtInf><PmtInfId>G1</PmtInfId><PmtMtd>{method}</PmtMtd>{totals}{kind}"
        f"<ReqdExctnDt>{day}</ReqdExctnDt><Dbtr><Nm>Ann Payer</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>"
        "<DbtrAgt><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></DbtrAgt>\n"
        + "\n".join(payments)
        + "</PmtInf>"
    )


def payment(
    number: int = 1,
    *,
    amount: str = '<InstdAmt Ccy="EUR">50.00</InstdAmt>',
    uetr: bool = False,
    account: str = "<Id><IBAN>FR7630006000011234567890189</IBAN></Id>",
    more: str = "",
) -> str:
    identified = f"<UETR>{UETR}{number}</UETR>" if uetr else ""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>E{number}</EndToEndId>{identified}</PmtId>"
        f"<Amt>{amount}</Amt><Cdtr><Nm>Bob Payee</Nm></Cdtr><CdtrAcct>{account}</CdtrAcct>"
        f"{more}</CdtTrfTxInf>"
    )


def camt(*statements: str, header: str | None = None, version: str = "08") -> str:
    head = (
        "<GrpHdr><MsgId>C1</MsgId><CreDtTm>2026-03-06T22:00:00Z</CreDtTm></GrpHdr>"
        if header is None
        else header
    )
    return (
        f'<Document xmlns="{NAMESPACE}camt.053.001.{version}"><BkToCstmrStmt>{head}\n'
        + "\n".join(statements)
        + "</BkToCstmrStmt></Document>"
    )


def statement(
    *entries: str,
    account: str = "<Id><IBAN>DE02100500000054540402</IBAN></Id><Ccy>EUR</Ccy>",
    summary: str = "",
    after: str = "",
) -> str:
    return (
        f"<Stmt><Id>S1</Id><Acct>{account}</Acct>{summary}\n"
        + "\n".join(entries)
        + f"{after}</Stmt>"
    )


def entry(
    *details: str,
    amount: str = "100.00",
    direction: str = "CRDT",
    status: str = "<Cd>BOOK</Cd>",
    reversal: str = "",
    booked: str = "<BookgDt><Dt>2026-03-06</Dt></BookgDt>",
    code: str = "",
    more: str = "",
    currency: str = "EUR",
) -> str:
    inner = f"<NtryDtls>{''.join(details)}</NtryDtls>" if details else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{reversal}'
        f"<Sts>{status}</Sts>{booked}{code}{inner}{more}</Ntry>"
    )
