"""Diagnosis codes: which strings count, which do not, and what a code means."""

import importlib.util
from pathlib import Path

import pytest

from catalystindex.documents.metadata import icd_table as table_module
from catalystindex.documents.metadata.extract import extract
from catalystindex.documents.metadata.icd10 import describe
from catalystindex.documents.metadata.icd_table import CODE_LIST, icd_table
from catalystindex.model.errors import DependencyMissing


def codes(text: str) -> list[object]:
    return list(extract(text, ["icd10"]).get("icd_codes", []))


def test_the_table_is_the_whole_release() -> None:
    """CMS counts 74,719 billable codes in fiscal year 2026, in 22 chapters."""
    table = icd_table()
    billable = sum(1 for code in table.codes if (found := table.describe(code)) and found.billable)
    assert (len(table.codes), billable, len(table.chapters)) == (98186, 74719, 22)


@pytest.mark.parametrize(
    ("code", "title", "billable", "block", "chapter"),
    [
        ("F33.1", "Major depressive disorder, recurrent, moderate", True, "F30-F39", "5"),
        ("F331", "Major depressive disorder, recurrent, moderate", True, "F30-F39", "5"),
        ("F33", "Major depressive disorder, recurrent", False, "F30-F39", "5"),
        ("S00.459S", "Superficial foreign body of unspecified ear, sequela", True, "S00-S09", "19"),
        ("W00.0XXA", "Fall on same level due to ice and snow, initial encounter", True,
         "W00-W19", "20"),
        ("U07.1", "COVID-19", True, "U00-U49", "22"),
    ],
)  # fmt: skip
def test_a_code_has_a_title_a_block_and_a_chapter(
    code: str, title: str, billable: bool, block: str, chapter: str
) -> None:
    found = describe(code)
    assert found is not None
    assert (found.title, found.billable) == (title, billable)
    assert (found.block.id, found.block.chapter) == (block, chapter)


@pytest.mark.parametrize("code", ["F33.7", "Z9.9", "", "F", "F3", "F33.", "not a code", "F30-F39"])
def test_what_is_no_code_is_described_by_nothing(code: str) -> None:
    assert describe(code) is None


def test_a_code_brings_its_block_chapter_and_group() -> None:
    assert extract("Assessment: F33.1.", ["icd10"]) == {
        "diagnosis_group": ["Mood [affective] disorders"],
        "icd_blocks": ["F30-F39"],
        "icd_chapters": ["5"],
        "icd_codes": ["F33.1"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F32.1 to F32.3", ["F32.1", "F32.2", "F32.3"]),
        ("F32.0 - F32.5", ["F32.0", "F32.1", "F32.2", "F32.3", "F32.4", "F32.5"]),
        ("F32.1/.2", ["F32.1", "F32.2"]),
        ("F32.4, F32.5, F33.41 or F33.42", ["F32.4", "F32.5", "F33.41", "F33.42"]),
        ("single episode (ICD-10-CM F32.x) or recurrent (F33.x)", ["F32", "F33"]),
        ("diagnosis F331", ["F33.1"]),
        ("HI*ABK:S00459S~HI*ABF:T426X6A~", ["S00.459S", "T42.6X6A"]),
        ('"code": "F411", "system": "http://hl7.org/fhir/sid/icd-10-cm"', ["F41.1"]),
        ("codes F32.1 and F33.1; a code from F32 or F33", ["F32", "F32.1", "F33", "F33.1"]),
        ("C7A.00 and Z3A.20", ["C7A.00", "Z3A.20"]),
        ("T36.0x1A", ["T36.0X1A"]),
    ],
)
def test_codes_lists_and_ranges_are_found(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_range_that_is_a_block_is_the_block() -> None:
    found = extract("Diagnosis in F30-F39.", ["icd10"])
    assert found["icd_blocks"] == ["F30-F39"]
    assert found["icd_codes"] == ["F30", "F39"]
    assert found["diagnosis_group"] == ["Mood [affective] disorders"]


@pytest.mark.parametrize(
    "text",
    [
        "Print it on A4 paper, or A10 if you must.",
        "Take vitamin B12 and K12 each morning.",
        "The M20 motorway is closed; use the E11 route.",
        "Fill in form R11 and form W10.1.",
        "See section A10.2 and Table B20.1.",
        "C12H22O11 and C60 and CO2",
        "The G20 summit", "K12 schools", "Flight B52 at gate C10", "version V27.1",
        "part number D50-X1", "https://x.example/F33.1/page", "file-F33.1", "AF33.1", "F33.1abc",
        "Diagnosis: lack of vitamin B20",
        "H1N1 and F16 fighters",
        "f33.1",
    ],
)  # fmt: skip
def test_what_looks_like_a_code_and_means_something_else_is_left_out(text: str) -> None:
    assert codes(text) == []


def test_a_string_that_was_meant_as_a_code_and_is_none_stands_apart() -> None:
    assert extract("Diagnosis F33.7, then F33.1.", ["icd10"])["icd_codes_unknown"] == ["F33.7"]
    assert codes("Diagnosis F33.7, then F33.1.") == ["F33.1"]


def test_other_data_than_the_pinned_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / CODE_LIST).write_text("F33\n")
    spec = importlib.util.spec_from_file_location("other", tmp_path / "__init__.py")
    monkeypatch.setattr(table_module, "find_spec", lambda _: spec)
    icd_table.cache_clear()
    with pytest.raises(DependencyMissing, match="not the pinned file"):
        icd_table()


def test_without_the_package_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "find_spec", lambda _: None)
    icd_table.cache_clear()
    with pytest.raises(DependencyMissing, match="not installed"):
        extract("F33.1", ["icd10"])
    assert extract("no candidate", ["icd10"]) == {}
