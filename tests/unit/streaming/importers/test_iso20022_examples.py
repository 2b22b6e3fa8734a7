"""The example messages that come with the standard and from users of it."""

from pathlib import Path

import pytest

from catalystindex.model.event_errors import EventFileInvalid
from support.iso20022 import NAMESPACE, Read, paid, read_file, real

SUPPORTED = {
    "pacs.008.001.08/pacs.008.001.08.xml": 1,
    "pacs.008.001.10/pacs.008.001.10.xml": 1,
    "pain.001.001.09/pain.001.001.09.xml": 5,
    "camt053_sample.xml": 1,
    "cbpr_2026/pacs.008.min.xml": 1,
    "cbpr_2026/pacs.008.max.xml": 1,
    "cbpr_2026/pacs.008_stp.min.xml": 1,
    "cbpr_2026/pacs.008_stp.max.xml": 1,
    "cbpr_2026/pain.001.min.xml": 1,
    "cbpr_2026/pain.001.max.xml": 1,
}
OTHERS = ("camt.052", "camt.054", "pacs.002", "pacs.004", "pacs.009")


def no_header(found: Read) -> bool:
    return found.reasons == ["the message has no GrpHdr, which ISO 20022 demands"]


@pytest.mark.parametrize(("name", "count"), SUPPORTED.items())
def test_an_example_of_a_supported_type_is_read(name: str, count: int) -> None:
    found = read_file(real(name))

    assert len(found.payments) == count
    assert found.rejected == [] or (name.startswith("camt053") and no_header(found))


@pytest.mark.parametrize("name", [name for name in SUPPORTED if "camt" not in name])
def test_it_holds_to_the_official_schema_as_well(name: str) -> None:
    versions = ("pacs.008.001.08", "pacs.008.001.10", "pain.001.001.09")
    schemas = {f"{NAMESPACE}{v}": real(f"{v}/{v}.xsd") for v in versions}

    assert read_file(real(name), schemas=schemas).rejected == []


@pytest.mark.parametrize("family", OTHERS)
def test_an_example_of_another_type_is_refused_by_its_name(family: str) -> None:
    files: list[Path] = sorted(real("cbpr_2026").glob(f"{family}*.xml"))

    assert len(files) >= 2
    for path in files:
        with pytest.raises(EventFileInvalid, match=f"this is a {family} message"):
            read_file(path)


def test_the_example_of_a_customers_order_reads_as_it_says() -> None:
    payments = read_file(real("pain.001.001.09/pain.001.001.09.xml")).payments

    assert [paid(p).amount for p in payments] == [15_000, 30_000, 25_000, 17_500, 22_500]
    assert {paid(p).debtor_account for p in payments} == {"DE07512108001245126162"}
    assert [paid(p).creditor_name for p in payments][:2] == ["Global Tech", "Green Energy"]
