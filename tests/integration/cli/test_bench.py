"""`catalystctl bench parse`: what became of each file, and an exit code to build on."""

from pathlib import Path

import pytest

from support.documents import lines, simple_docx
from support.documents import pdf_bytes as drawn_pdf
from support.scans import picture_of, scanned
from support.server import Folder, catalystctl, environment


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "deep").mkdir()
    (folder / "a.md").write_text("# Freeze\n\nAll larkspur accounts are frozen.\n")
    (folder / "deep" / "b.pdf").write_bytes(drawn_pdf(lines("The register is kept in Vaduz.")))
    (folder / "c.pdf").write_bytes(drawn_pdf(lines("x"), password="secret"))
    (folder / "d.docx").write_bytes(simple_docx("The trustee signs."))
    (folder / "e.pdf").write_bytes(b"Please sign in.")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data", tmp_path)


def test_every_file_is_a_row_and_the_sums_are_below(folder: Folder, files: Path) -> None:
    shown = folder.run("bench", "parse", files).stdout.splitlines()
    titles = ("FILE", "OUTCOME", "PARSER", "SECONDS", "BUDGET", "PEAK MiB", "PAGES", "OCR")
    assert all(title in shown[0] for title in titles)
    rows = {line.split()[0]: line for line in shown if line.strip()}
    assert "read" in rows["a.md"]
    assert "markdown-it/1" in rows["a.md"]
    assert "pdfium/1" in rows["deep/b.pdf"]
    assert "document.encrypted" in rows["c.pdf"]
    assert "document.wrong_extension" in rows["e.pdf"]
    assert shown[-1].startswith("5 files: 3 read, 2 refused or failed; ")
    assert shown[-1].endswith("0 over budget")
    assert not folder.data.exists()


def test_as_json_every_file_has_its_measures(folder: Folder, files: Path) -> None:
    measures = folder.json("bench", "parse", files)
    assert [one["path"] for one in measures] == ["a.md", "c.pdf", "d.docx", "deep/b.pdf", "e.pdf"]
    read = measures[3]
    assert (read["outcome"], read["pages"], read["ocr_pages"]) == ("read", 1, 0)
    assert read["characters"] == len("The register is kept in Vaduz.")
    assert read["seconds"] > 0
    assert read["peak_mebibytes"] > 0
    assert read["within_budget"] is True
    assert "password" in measures[1]["detail"]


def test_a_file_over_budget_is_named_and_is_a_failure(folder: Folder, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    page = scanned(picture_of("The larkspur account was frozen."))
    (slow / "scan.pdf").write_bytes(drawn_pdf(*[page] * 4))
    budget = ("--text-budget", "0.001", "--ocr-budget", "0.001")
    shown = folder.run("bench", "parse", slow, *budget, expect=1).stdout
    assert " OVER" in shown
    assert shown.splitlines()[-1].endswith("1 over budget")
    done = folder.run("bench", "parse", slow, *budget, "--json", expect=1)
    assert '"within_budget": false' in done.stdout


def test_a_folder_without_files_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    error = folder.error("bench", "parse", tmp_path / "none", expect=65)
    assert error["code"] == "request.invalid"


def test_a_folder_that_is_not_there_is_refused(folder: Folder, tmp_path: Path) -> None:
    assert "does not exist" in folder.run("bench", "parse", tmp_path / "x", expect=2).stderr


def test_the_choice_of_parsers_is_checked_before_any_file(folder: Folder, files: Path) -> None:
    choice = {"CATALYST_PARSING__PARSERS": '{"text/plain": "nobody"}'}
    env = environment(folder.data, **choice)
    done = catalystctl("bench", "parse", files, "--json", env=env, cwd=folder.cwd, expect=78)
    assert "nobody" in done.stderr
    assert done.stdout == ""
