"""Files that want to harm whoever reads them."""

import time
from pathlib import Path

import pytest

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.importers.iso20022 import parsing
from support.iso20022 import NAMESPACE, pacs, paid, read, transfer

LAUGHS = (
    "<!DOCTYPE Document [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)


def with_prolog(prolog: str, name: str = "Ann") -> str:
    return prolog + pacs(transfer(debtor=f"<Nm>{name}</Nm>"))


def test_a_billion_laughs_are_refused_at_once(tmp_path: Path) -> None:
    begin = time.perf_counter()
    with pytest.raises(EventFileInvalid, match="DOCTYPE"):
        read(tmp_path, with_prolog(LAUGHS, "&a9;"))

    assert time.perf_counter() - begin < 1


def test_laughs_in_a_default_attribute_are_refused(tmp_path: Path) -> None:
    prolog = LAUGHS.removesuffix("]>") + "<!ATTLIST Document x CDATA '&a9;'>]>"
    with pytest.raises(EventFileInvalid, match="DOCTYPE"):
        read(tmp_path, with_prolog(prolog))


def test_an_external_entity_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    prolog = f'<!DOCTYPE Document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(EventFileInvalid, match="DOCTYPE") as caught:
        read(tmp_path, with_prolog(prolog, "&x;"))

    assert "the secret" not in caught.value.detail


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE Document>",
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<?xml version="1.0"?>\n<!-- hello --><?pi x?>\n<!DOCTYPE Document>',
        "\n\n<!-- <!-- --><!DOCTYPE Document [",
    ],
)
def test_any_document_type_is_refused(tmp_path: Path, prolog: str) -> None:
    with pytest.raises(EventFileInvalid):
        read(tmp_path, with_prolog(prolog))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_document_type_does_not_hide_in_an_encoding(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(EventFileInvalid, match="DOCTYPE"):
        read(tmp_path, with_prolog(LAUGHS, "&a9;").encode(encoding))


def test_a_document_type_behind_a_long_comment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid):
        read(tmp_path, with_prolog(f"<!--{'x' * 70_000}-->{LAUGHS}"))


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "ibm037", "iso-2022-jp"])
def test_encodings_in_which_markup_hides_are_refused(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{pacs(transfer())}'
    with pytest.raises(EventFileInvalid):
        read(tmp_path, text.encode(encoding))
    with pytest.raises(EventFileInvalid, match="encoding"):
        read(tmp_path, text.encode())


def test_an_undeclared_entity_breaks_the_file_off(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="breaks off"):
        read(tmp_path, with_prolog("", "&x;"))


def test_nothing_is_included(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    include = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" '
        'parse="text"/>'
    )
    found = read(
        tmp_path,
        pacs(
            transfer(1, debtor=f"<Nm>{include}</Nm>"),
            transfer(2, more=f"<SplmtryData><Envlp>{include}</Envlp></SplmtryData>"),
        ),
    )

    assert len(found.rejected) == 1
    assert len(found.payments) == 1
    assert not any("the secret" in str(event) for event in found.events)


def test_a_schema_named_by_the_file_is_not_read(tmp_path: Path) -> None:
    trap = tmp_path / "trap.xsd"
    trap.write_text("this is no schema")
    content = pacs(transfer()).replace(
        "<Document ",
        '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE}pacs.008.001.08 {trap.as_uri()}" ',
    )

    assert len(read(tmp_path, content).payments) == 1


def test_deep_nesting_breaks_the_file_off(tmp_path: Path) -> None:
    deep = "<a>" * 100_000
    with pytest.raises(EventFileInvalid, match="depth"):
        read(tmp_path, pacs(transfer(1), f"<CdtTrfTxInf>{deep}"))


def test_a_huge_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="too long"):
        read(tmp_path, pacs(transfer(debtor=f"<Nm>{'x' * 11_000_000}</Nm>")))


@pytest.mark.parametrize("element", ["<Odd/>", "<GrpHdr/>", "<PmtInf/>", "<Document/>"])
def test_what_never_becomes_a_record_does_not_fill_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, element: str
) -> None:
    monkeypatch.setattr(parsing, "MAX_BLOCK", 1 << 18)
    content = pacs(transfer(1), element * 100_000, transfer(2))
    with pytest.raises(EventFileInvalid, match="no record ends within 262144 bytes; 1 records"):
        read(tmp_path, content)


def test_characters_of_the_wrong_encoding_break_the_file_off(tmp_path: Path) -> None:
    text = pacs(transfer(1), transfer(2, debtor="<Nm>Jos\u00e9</Nm>"))
    with pytest.raises(EventFileInvalid, match="encoding"):
        read(tmp_path, text.encode("latin-1"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_that_are_read(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig").replace("cp1252", "windows-1252")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + pacs(
        transfer(debtor="<Nm>Jos\u00e9</Nm>")
    )
    if encoding == "latin-1":
        text = text.replace('"latin-1"', '"ISO-8859-1"')

    assert paid(read(tmp_path, text.encode(encoding)).payments[0]).debtor_name == "Jos\u00e9"
