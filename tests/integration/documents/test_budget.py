"""Reading the real documents takes what it may take: `catalystctl bench parse` over all of them.

They go through a real compute worker, one after the other, as ingestion would send them.
"""

import sys

import pytest

from catalystindex.config.settings import Settings
from catalystindex.jobs.parse_bench import CRASHED, Budget, ParseBench, ParseMeasure
from support.expectations import expectations, real_documents

FOLDER = real_documents()
BUDGET = Budget(text_page=0.5, ocr_page=30.0)
"""What the command takes if it is told nothing."""
MAX_PEAK_MEBIBYTES = 2_048
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1_200),
    pytest.mark.skipif(
        FOLDER is None, reason="the shared real documents are not here (CATALYST_BENCH_DATA)"
    ),
]


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory) -> list[ParseMeasure]:
    assert FOLDER is not None
    settings = Settings(data_dir=tmp_path_factory.mktemp("budget"))
    files = [FOLDER / path for path in sorted(expectations())]
    with ParseBench(settings, BUDGET) as bench:
        return list(bench.run(FOLDER, files))


def test_the_costs_are_printed(
    measures: list[ParseMeasure], capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = sum(one.seconds for one in measures)
    peak = max(one.peak_mebibytes for one in measures)
    slowest = max(measures, key=lambda one: one.seconds)
    pages = sum(one.pages or 1 for one in measures)
    recognised = sum(one.ocr_pages for one in measures)
    told = (
        f"reading {len(measures)} real documents: {seconds:.1f} s in all, {pages} pages, "
        f"{recognised} of them recognised; peak memory {peak} MiB; "
        f"slowest {slowest.path} ({slowest.seconds:.1f} s)"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    assert len(measures) == len(expectations())


def test_nothing_takes_the_worker_down(measures: list[ParseMeasure]) -> None:
    assert [one.path for one in measures if one.outcome == CRASHED] == []


def test_every_file_is_within_its_budget(measures: list[ParseMeasure]) -> None:
    over = [
        f"{one.path}: {one.seconds:.1f} s of {one.budget_seconds:.1f}"
        for one in measures
        if not one.within_budget
    ]
    assert over == []


def test_files_are_read_or_refused_as_expected(measures: list[ParseMeasure]) -> None:
    outcomes = {one.path: one.outcome for one in measures}
    wanted = {path: one.get("error", "read") for path, one in expectations().items()}
    assert outcomes == wanted


def test_pages_are_counted_as_expected(measures: list[ParseMeasure]) -> None:
    read = [one for one in measures if one.outcome == "read"]
    counted = {one.path: (one.pages, one.ocr_pages) for one in read}
    wanted = {
        one.path: (expected.get("pages"), len(expected.get("ocr", ())))
        for one in read
        if (expected := expectations()[one.path])
    }
    assert counted == wanted


def test_memory_stays_bounded(measures: list[ParseMeasure]) -> None:
    over = {
        one.path: one.peak_mebibytes for one in measures if one.peak_mebibytes >= MAX_PEAK_MEBIBYTES
    }
    assert over == {}
