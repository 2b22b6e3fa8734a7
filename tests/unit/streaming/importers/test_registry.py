from datetime import datetime
from pathlib import Path

import pytest

from catalystindex.model.errors import EventFileInvalid, InvalidRequest
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.registry import IMPORTERS, importer_names, make_importer

NEED_NOTHING = sorted({*importer_names()} - {"csv", "parquet"})


def test_every_format_of_the_issue_has_a_name() -> None:
    wanted = {"amlgentex", "amlsim", "amlworld", "csv", "events", "ftm", "parquet", "paysim"}
    wanted |= {"iso20022", "pacs.008", "pain.001", "camt.053"}
    assert wanted <= {*importer_names()}
    assert importer_names() == sorted(importer_names())


@pytest.mark.parametrize("name", NEED_NOTHING)
def test_an_importer_has_the_name_it_is_made_by(name: str) -> None:
    importer = make_importer(name, ImportOptions())
    assert importer.summary.endswith(".")
    assert name in IMPORTERS


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"'xls' is no format; there are .*amlsim"):
        make_importer("xls", ImportOptions())


def test_options_are_looked_at_before_any_file() -> None:
    with pytest.raises(InvalidRequest, match="'usd' is no ISO 4217"):
        make_importer("amlsim", ImportOptions(currency="usd"))
    for source in ("x" * 141, "\udcff"):
        with pytest.raises(InvalidRequest, match="no name of a source"):
            make_importer("amlsim", ImportOptions(source=source))
    naive = datetime(2022, 1, 1)  # noqa: DTZ001
    with pytest.raises(InvalidRequest, match="time zone"):
        make_importer("amlsim", ImportOptions(start=naive))


@pytest.mark.parametrize("name", NEED_NOTHING)
def test_a_file_that_only_begins_like_gzip_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\x1f\x8b no gzip")
    with pytest.raises(EventFileInvalid):
        list(make_importer(name, ImportOptions()).chunks(path))


@pytest.mark.parametrize("name", NEED_NOTHING)
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises((FileNotFoundError, EventFileInvalid)):
        list(make_importer(name, ImportOptions()).chunks(tmp_path / "none"))
