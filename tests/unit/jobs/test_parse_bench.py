"""Measuring how documents are read: every file through a real worker, and nothing kept."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.config.sections import JobsSettings, LoggingSettings, ParsingSettings
from catalystindex.config.settings import Settings
from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parsed import PageReading, PageState, ParsedDocument
from catalystindex.jobs import parse_bench
from catalystindex.jobs.parse_bench import CRASHED, STARTING, Budget, ParseBench, ParseMeasure
from support.documents import lines, pdf_bytes, simple_docx
from support.scans import picture_of, picture_of_noise, scanned

WIDE = Budget(text_page=30, ocr_page=60)
TABLE = b"<table><tr><td>Account</td><td>Cash</td></tr><tr><td>larkspur</td><td>7</td></tr></table>"


def settings_of(*, timeout: float = 60, ocr: str = "auto") -> Settings:
    return Settings(
        jobs=JobsSettings(task_timeout=timeout),
        parsing=ParsingSettings.model_validate({"ocr": ocr}),
        logging=LoggingSettings(level="error"),
    )


@pytest.fixture(scope="module")
def bench() -> Iterator[ParseBench]:
    with ParseBench(settings_of(), WIDE) as running:
        yield running


def measured(bench: ParseBench, folder: Path, **files: bytes) -> dict[str, ParseMeasure]:
    paths = []
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return {one.path: one for one in bench.run(folder, paths)}


def document_of(*states: PageState) -> ParsedDocument:
    builder = DocumentBuilder("application/pdf", 1000)
    for number, state in enumerate(states, start=1):
        builder.page(PageReading(number, 1.0, 1.0, state))
    return builder.build(pages=len(states) or None)


def test_a_budget_counts_pages_by_how_they_were_read() -> None:
    budget = Budget(text_page=0.5, ocr_page=10)
    assert budget.seconds(document_of("text", "text", "blank")) == STARTING + 1.5
    assert budget.seconds(document_of("text", "ocr", "no_text")) == STARTING + 20.5
    assert budget.seconds(document_of()) == STARTING + 0.5


def test_a_file_that_is_read_is_measured_and_counted(bench: ParseBench, tmp_path: Path) -> None:
    data = pdf_bytes(lines("Cash deposits."), lines("More cash."))
    found = measured(bench, tmp_path, deep__a_pdf=data, b_html=TABLE)
    one = found["deep/a.pdf"]
    assert (one.outcome, one.media_type, one.parser) == ("read", "application/pdf", "pdfium/1")
    assert (one.pages, one.ocr_pages, one.unread_pages) == (2, 0, 0)
    assert one.characters == len("Cash deposits.\n\nMore cash.")
    assert one.size_bytes == len(data)
    assert 0 < one.seconds <= one.budget_seconds
    assert 20 < one.peak_mebibytes < 6144
    assert one.within_budget
    other = found["b.html"]
    assert (other.outcome, other.pages, other.tables) == ("read", None, 1)


def test_a_scan_is_counted_page_by_page(bench: ParseBench, tmp_path: Path) -> None:
    data = pdf_bytes(
        lines("The quarterly audit of the register was carried out by the bank in March."),
        scanned(picture_of("The larkspur account was frozen.")),
        scanned(picture_of_noise()),
    )
    one = measured(bench, tmp_path, a_pdf=data)["a.pdf"]
    assert (one.outcome, one.pages, one.ocr_pages, one.unread_pages) == ("read", 3, 1, 1)
    assert one.budget_seconds == STARTING + 2 * WIDE.ocr_page + WIDE.text_page


def test_a_refusal_is_an_outcome_with_its_sentence(bench: ParseBench, tmp_path: Path) -> None:
    found = measured(
        bench,
        tmp_path,
        locked_pdf=pdf_bytes(lines("x"), password="secret"),
        lie_pdf=b"Please sign in.",
        empty_txt=b"",
        memo_docx=simple_docx("Cash."),
    )
    codes = {path: one.outcome for path, one in found.items()}
    assert codes == {
        "locked.pdf": "document.encrypted",
        "lie.pdf": "document.wrong_extension",
        "empty.txt": "document.empty",
        "memo.docx": "read",
    }
    assert found["lie.pdf"].media_type is None
    assert found["locked.pdf"].media_type == "application/pdf"
    for path in ("locked.pdf", "lie.pdf", "empty.txt"):
        assert found[path].detail.endswith(".")
        assert found[path].parser is None
        assert found[path].within_budget


def test_pages_that_were_looked_at_in_vain_count_against_the_budget_of_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for text in two pages of noise takes longer than one page of text may."""
    noise = pdf_bytes(*[scanned(picture_of_noise(seed)) for seed in range(2)])
    monkeypatch.setattr(parse_bench, "STARTING", 0.0)
    with ParseBench(settings_of(), Budget(text_page=0.001, ocr_page=60)) as bench:
        one = measured(bench, tmp_path, noise_pdf=noise)["noise.pdf"]
    assert one.outcome == "document.no_text"
    assert one.within_budget, f"{one.seconds} s, {one.budget_seconds} s granted"


def test_a_file_over_its_budget_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_bench, "STARTING", 0.0)
    with ParseBench(settings_of(), Budget(0.0001, 0.0001)) as bench:
        one = measured(bench, tmp_path, a_md=b"# Cash\n\nDeposits.")["a.md"]
    assert one.outcome == "read"
    assert not one.within_budget


def test_a_worker_that_dies_is_an_outcome_and_the_next_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ParseBench(settings_of(), WIDE) as bench:
        before = bench._worker.run

        def die(task: object) -> object:
            monkeypatch.undo()
            bench._worker._process.kill()  # type: ignore[union-attr]  # started just before
            return before(task)  # type: ignore[arg-type]  # passed on as it is

        monkeypatch.setattr(bench._worker, "run", die)
        found = measured(bench, tmp_path, a_md=b"Cash.", b_md=b"More cash.")
    assert (found["a.md"].outcome, found["b.md"].outcome) == (CRASHED, "read")
    assert found["a.md"].detail


def test_a_file_that_is_read_too_slowly_says_so(tmp_path: Path) -> None:
    with ParseBench(settings_of(timeout=0.01), WIDE) as bench:
        one = measured(bench, tmp_path, a_md=b"Cash.")["a.md"]
    assert one.outcome == "document.too_slow"


def test_the_settings_of_reading_are_kept_to(tmp_path: Path) -> None:
    with ParseBench(settings_of(ocr="never"), WIDE) as bench:
        scan = pdf_bytes(scanned(picture_of("The larkspur account was frozen.")))
        one = measured(bench, tmp_path, a_pdf=scan)["a.pdf"]
    assert one.outcome == "document.no_text"


def test_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "tmp"
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    with ParseBench(settings_of(), WIDE) as bench:
        assert list(home.iterdir())
        measured(bench, tmp_path / "files", a_md=b"Cash.", b_pdf=b"%PDF-1.7 broken")
    assert list(home.iterdir()) == []
