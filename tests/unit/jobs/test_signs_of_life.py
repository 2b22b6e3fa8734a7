"""A worker that says it is alive may take long; one that is silent is ended."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from catalystindex.config.sections import (
    EmbeddingSettings,
    LimitsSettings,
    LoggingSettings,
    ParsingSettings,
)
from catalystindex.documents.tasks import Done, EmbedTask, ParseTask, PlaceRef
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.errors import (
    DocumentCrashesReader,
    DocumentNeedsMemory,
    DocumentTooLarge,
    DocumentTooSlow,
)
from catalystindex.stores.artifacts.base import RAW
from catalystindex.stores.artifacts.local import LocalArtifacts
from support.parser_plugin import SCRIPTED, installed
from support.stores import PACKAGED

PLACE = PlaceRef("acme/aml", "kb", "doc", "ver")
SILENCE = 5.0
"""More than a worker takes to start on a busy machine, which counts as silence too."""
MEBIBYTE = 1 << 20


@pytest.fixture(autouse=True)
def _plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(installed(tmp_path, "SCRIPTED_PARSER"))


@pytest.fixture
def artifacts(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "artifacts")


def setup_for(folder: Path, limits: LimitsSettings | None = None) -> WorkerSetup:
    return WorkerSetup(
        embedding=EmbeddingSettings(),
        limits=limits or LimitsSettings(),
        parsing=ParsingSettings(),
        logging=LoggingSettings(level="error"),
        artifact_folder=folder / "artifacts",
    )


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[ComputeWorker]:
    started = ComputeWorker(setup_for(tmp_path), SILENCE)
    yield started
    started.stop()


def scripted(
    artifacts: LocalArtifacts, *, steps: int = 1, pause: float = 0.0, mebibytes: int = 0
) -> ParseTask:
    artifacts.put(PLACE.place().path(RAW), f"{steps} {pause} {mebibytes}".encode())
    return ParseTask(PLACE, SCRIPTED, "", "script")


def was_read(done: Done) -> bool:
    return done.reading.get("parser") == "scripted/1"


OTHERS: set[BaseProcess] = set()
"""Children that this process has for tests of other modules."""


@pytest.fixture(scope="module", autouse=True)
def _others() -> None:
    OTHERS.update(multiprocessing.active_children())


def own_children() -> list[BaseProcess]:
    return [one for one in multiprocessing.active_children() if one not in OTHERS]


def only_child() -> BaseProcess:
    (process,) = own_children()
    return process


def test_a_document_that_shows_progress_may_take_longer_than_the_timeout(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    task = scripted(artifacts, steps=14, pause=SILENCE / 10)  # 1.4 times the timeout in all
    assert was_read(worker.run(task))
    assert worker.starts == 1


def test_silence_while_reading_ends_in_a_typed_error_and_another_worker(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    worker.run(scripted(artifacts))
    silent = only_child()
    with pytest.raises(DocumentTooSlow, match=r"longer than 5 seconds.*jobs\.task_timeout") as told:
        worker.run(scripted(artifacts, pause=60))
    assert told.value.context == {"limit": SILENCE}
    assert not silent.is_alive()
    assert was_read(worker.run(scripted(artifacts, steps=3)))
    assert only_child().pid != silent.pid
    assert worker.starts == 2


def test_silence_in_another_stage_is_a_lost_worker(tmp_path: Path) -> None:
    hasty = ComputeWorker(setup_for(tmp_path), 0.01)
    with pytest.raises(WorkerLost, match=r"longer than 0\.01 s"):
        hasty.run(EmbedTask(PLACE, PACKAGED, [], b""))
    assert own_children() == []


def test_progress_does_not_help_beyond_the_time_for_one_document(
    tmp_path: Path, artifacts: LocalArtifacts
) -> None:
    worker = ComputeWorker(setup_for(tmp_path, LimitsSettings(max_parse_seconds=0.5)), 60)
    try:
        with pytest.raises(DocumentTooSlow, match=r"more than 0\.5 seconds.*max_parse_seconds"):
            worker.run(scripted(artifacts, steps=200, pause=0.1))
        reader = only_child()
        assert was_read(worker.run(scripted(artifacts)))
        assert only_child().pid == reader.pid
    finally:
        worker.stop()


def test_a_document_that_needs_too_much_memory_is_refused_and_the_next_one_is_read(
    tmp_path: Path, artifacts: LocalArtifacts
) -> None:
    limits = LimitsSettings(max_worker_bytes=1024 * MEBIBYTE)
    worker = ComputeWorker(setup_for(tmp_path, limits), 60)
    try:
        with pytest.raises(DocumentNeedsMemory, match=r"limits\.max_worker_bytes") as told:
            worker.run(scripted(artifacts, mebibytes=2048))
        assert isinstance(told.value, DocumentTooLarge)
        assert was_read(worker.run(scripted(artifacts)))
    finally:
        worker.stop()


@pytest.mark.parametrize("name", ["SIGABRT", "SIGSEGV", "SIGFPE", "SIGBUS", "SIGILL"])
def test_a_document_that_ends_the_process_is_refused_and_another_one_reads_the_next(
    worker: ComputeWorker, artifacts: LocalArtifacts, name: str
) -> None:
    task = scripted(artifacts)
    artifacts.put(PLACE.place().path(RAW), name.encode())
    with pytest.raises(DocumentCrashesReader, match=name):
        worker.run(task)
    assert was_read(worker.run(scripted(artifacts)))
    assert worker.starts == 2


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_process_that_others_end_is_lost_and_says_nothing_of_the_document(
    worker: ComputeWorker, artifacts: LocalArtifacts, name: str
) -> None:
    task = scripted(artifacts)
    artifacts.put(PLACE.place().path(RAW), name.encode())
    with pytest.raises(WorkerLost, match="died"):
        worker.run(task)


def test_the_peak_of_memory_is_that_since_it_was_forgotten(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    assert worker.peak_bytes() == 0
    worker.run(scripted(artifacts))
    before = worker.peak_bytes()
    assert before > 20 * MEBIBYTE
    worker.run(scripted(artifacts, mebibytes=400))
    high = worker.peak_bytes()
    assert high > before + 300 * MEBIBYTE
    worker.run(scripted(artifacts))
    assert worker.peak_bytes() == high
    worker.forget_peak()
    worker.run(scripted(artifacts))
    assert worker.peak_bytes() < high - 200 * MEBIBYTE


def test_a_worker_that_is_gone_holds_nothing(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    worker.forget_peak()
    worker.run(scripted(artifacts))
    worker.stop()
    assert worker.peak_bytes() == 0
    worker.forget_peak()
