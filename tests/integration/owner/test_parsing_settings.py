"""Who reads what is a setting, and a wrong one stops the start, not the documents."""

from pathlib import Path

import pytest

from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.config.settings import Settings
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import ConfigurationError
from catalystindex.owner.assembly import open_owner
from support.documents import (
    add,
    counted,
    find,
    make_base,
    running_owner,
    settings_for,
    simple_docx,
    stored_files,
)
from support.parser_plugin import RIVAL, SCRIPTED, installed
from support.stores import noon_clock


def settings_with(folder: Path, **parsing: object) -> Settings:
    chosen = ParsingSettings.model_validate(parsing)
    return settings_for(folder).model_copy(update={"parsing": chosen})


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data; a package with a rival parser of texts is installed."""
    monkeypatch.syspath_prepend(installed(tmp_path, "RIVAL_PARSER"))
    return tmp_path / "data"


def test_the_parser_of_highest_priority_reads(plugin: Path) -> None:
    with running_owner(settings_with(plugin)) as owner:
        document = add(owner, make_base(owner), "Cash deposits.", filename="memo.txt")
        assert document.reading is not None
        assert document.reading.parser == "text/1"


def test_the_settings_choose_another_for_one_kind_alone(plugin: Path) -> None:
    with running_owner(settings_with(plugin, parsers={"text/plain": RIVAL})) as owner:
        base = make_base(owner)
        chosen = add(owner, base, "Cash deposits.", filename="memo.txt")
        other = add(owner, base, "Cash withdrawals.", filename="memo.md")
        assert chosen.reading is not None
        assert other.reading is not None
        assert (chosen.reading.parser, other.reading.parser) == ("rival/7", "markdown-it/1")
        assert find(owner, "Rivalry: Cash deposits.", base)[0].text == "Rivalry: Cash deposits."


@pytest.mark.parametrize(
    "parsers",
    [
        {"text/plain": "nobody"},
        {"text/plain": "pdfium"},
        {"application/x-unheard-of": "text"},
    ],
    ids=["unknown parser", "parser of another kind", "unknown kind"],
)
def test_a_choice_that_is_not_there_stops_the_start(
    tmp_path: Path, parsers: dict[str, str]
) -> None:
    media_type, name = next(iter(parsers.items()))
    with pytest.raises(ConfigurationError, match=f"{name}.*{media_type}") as refused:
        open_owner(settings_with(tmp_path, parsers=parsers), "pytest", noon_clock()).close()
    assert refused.value.exit_code == 78
    with running_owner(settings_with(tmp_path)) as owner:  # the folder is free, nothing is broken
        assert add(owner, make_base(owner), "Cash.").status is DocumentStatus.INDEXED


def test_an_entry_point_that_is_no_parser_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed(tmp_path, "NO_PARSER"))
    with pytest.raises(ConfigurationError, match="is no parser"):
        open_owner(settings_with(tmp_path / "data"), "pytest", noon_clock()).close()


def test_macros_may_be_ignored(tmp_path: Path) -> None:
    from support.office import entries, zipped

    macros = zipped(entries(simple_docx("The trustee signs.")) | {"word/vbaProject.bin": b"VBA"})
    with running_owner(settings_with(tmp_path, macros="ignore")) as owner:
        document = add(owner, make_base(owner), macros, filename="memo.docm")
        assert document.status is DocumentStatus.INDEXED, document.problem
        assert len(find(owner, "trustee", "bank")) == 1
        assert document.reading is not None


def test_a_document_that_is_read_too_slowly_fails_at_once_and_the_next_one_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trying a slow document again would only be as slow: its worker is ended, once."""
    monkeypatch.syspath_prepend(installed(tmp_path, "SCRIPTED_PARSER"))
    monkeypatch.setattr(
        "catalystindex.documents.library.detect_media_type",
        lambda data, filename, declared: SCRIPTED if filename.endswith(".run") else "text/plain",
    )
    settings = settings_for(tmp_path / "data", limits=LimitsSettings(max_parse_seconds=100))
    jobs = settings.jobs.model_copy(update={"task_timeout": 4.0})
    with running_owner(settings.model_copy(update={"jobs": jobs})) as owner:
        base = make_base(owner)
        slow = add(owner, base, b"1 90 0", filename="slow.run")
        assert slow.status is DocumentStatus.FAILED
        assert slow.problem is not None
        assert slow.problem.code == "document.too_slow"
        assert "jobs.task_timeout" in slow.problem.detail
        assert [file.rpartition("/")[2] for file in stored_files(owner)] == ["raw"]
        assert add(owner, base, "Cash deposits.").status is DocumentStatus.INDEXED
        assert counted(owner, "catalyst_worker_restarts_total") <= 1
