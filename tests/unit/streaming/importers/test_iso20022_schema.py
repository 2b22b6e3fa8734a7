"""Holding a file to a schema: our own outline, or the official one."""

from pathlib import Path

import pytest

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.iso20022.families import FAMILIES
from catalystindex.streaming.importers.iso20022.notation import schema_source
from catalystindex.streaming.importers.iso20022.outline import outline_of
from catalystindex.streaming.importers.iso20022.schema import outline_schema
from support.iso20022 import (
    NAMESPACE,
    camt,
    entry,
    order,
    pacs,
    pain,
    payment,
    read,
    real,
    statement,
    transfer,
)

PACS = f"{NAMESPACE}pacs.008.001.08"
PAIN = f"{NAMESPACE}pain.001.001.09"
CAMT = f"{NAMESPACE}camt.053.001.08"

EMPTY_SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    f'targetNamespace="{PACS}" xmlns="{PACS}">'
    '<xs:element name="Document" type="D"/><xs:complexType name="D"/></xs:schema>'
)


def official(namespace: str) -> dict[str, Path]:
    name = namespace.removeprefix(NAMESPACE)
    return {namespace: real(f"{name}.xsd" if "camt" in name else f"{name}/{name}.xsd")}


@pytest.mark.parametrize("name", list(FAMILIES))
def test_every_version_has_an_outline_that_is_a_valid_schema(name: str) -> None:
    known = FAMILIES[name]
    for version in range(known.first, known.last + 1):
        outline_schema(known, version, f"urn:x:{name}.{version}")


@pytest.mark.parametrize("version", ["02", "05", "08", "13"])
def test_versions_of_pacs_008_are_read(tmp_path: Path, version: str) -> None:
    agents = ("<BIC>DEUTDEFF</BIC>",) * 2 if version == "02" else ("<BICFI>DEUTDEFF</BICFI>",) * 2

    assert len(read(tmp_path, pacs(transfer(agents=agents), version=version)).payments) == 1


def test_a_line_that_is_no_outline_is_refused() -> None:
    with pytest.raises(ValueError, match="no child of an outline"):
        schema_source({"A": "B!"}, {"A": "A"}, "urn:x")


def test_an_outline_knows_the_older_form_of_a_date() -> None:
    assert "ReqdExctnDt:Date " in outline_of("pain.001", 7)["Container"]
    assert "ReqdExctnDt:Execution " in outline_of("pain.001", 8)["Container"]


@pytest.mark.parametrize(
    ("namespace", "content"),
    [
        (PACS, pacs(transfer())),
        (PAIN, pain(order(payment()))),
        (
            CAMT,
            camt(
                statement(
                    entry(
                        code="<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>",
                    ),
                    summary='<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1'
                    "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-06</Dt></Dt></Bal>",
                )
            ),
        ),
    ],
)
def test_the_official_schema_takes_what_it_allows(
    tmp_path: Path, namespace: str, content: str
) -> None:
    found = read(tmp_path, content, schemas=official(namespace))

    assert len(found.payments) == 1
    assert found.rejected == []


def test_the_official_schema_is_stricter_where_our_outline_does_not_look(tmp_path: Path) -> None:
    content = pacs(transfer(1, more="<Tax><Odd/></Tax>"), transfer(2))

    assert len(read(tmp_path, content).payments) == 2
    found = read(tmp_path, content, schemas=official(PACS))
    assert len(found.payments) == 1
    assert "Odd" in found.reasons[0]


def test_the_official_schema_demands_a_header_of_a_statement(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="no GrpHdr"):
        read(tmp_path, camt(statement(entry()), header=""), schemas=official(CAMT))


def test_a_bad_group_is_set_aside_by_the_official_schema_too(tmp_path: Path) -> None:
    content = pain(order(payment(1), iban="x"), order(payment(2)), count=2)
    found = read(tmp_path, content, schemas=official(PAIN))

    assert len(found.payments) == 1
    assert len(found.rejected) == 2


def test_a_schema_makes_an_unknown_version_readable(tmp_path: Path) -> None:
    newer = PACS[:-2] + "77"
    path = tmp_path / "new.xsd"
    path.write_text(official(PACS)[PACS].read_text().replace(PACS, newer))
    content = pacs(transfer(), version="77")

    assert len(read(tmp_path, content, schemas={newer: path}).payments) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read"),
        ("no xml", "cannot be read"),
        ("<a/>", f"not one of {PACS}"),
        (
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{PACS}"/>',
            "does not say what Document is",
        ),
        (
            EMPTY_SCHEMA,
            "does not say what FIToFICstmrCdtTrf is",
        ),
    ],
)
def test_a_schema_that_cannot_be_used_refuses_the_file(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    path = tmp_path / "bad.xsd"
    if text is not None:
        path.write_text(text)

    with pytest.raises(EventFileInvalid, match=reason):
        read(tmp_path, pacs(transfer()), schemas={PACS: path})
