"""One compute worker, as a real process."""

import multiprocessing
import os
import signal
import subprocess
import sys
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
from catalystindex.documents.artifacts import decode_chunks, decode_parsed, decode_vectors
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.documents.tasks import ChunkTask, EmbedTask, ParseTask, PlaceRef
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.errors import DocumentTooSlow, EncryptedDocument
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW
from catalystindex.stores.artifacts.local import LocalArtifacts
from support.documents import eventually, lines, pdf_bytes
from support.stores import PACKAGED

PLACE = PlaceRef("acme/aml", "kb", "doc", "ver")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artifacts")


@pytest.fixture(scope="module")
def artifacts(folder: Path) -> LocalArtifacts:
    return LocalArtifacts(folder)


def setup_for(folder: Path) -> WorkerSetup:
    return WorkerSetup(
        embedding=EmbeddingSettings(),
        limits=LimitsSettings(),
        parsing=ParsingSettings(),
        logging=LoggingSettings(level="error"),
        artifact_folder=folder,
    )


@pytest.fixture(scope="module")
def worker(folder: Path) -> Iterator[ComputeWorker]:
    started = ComputeWorker(setup_for(folder), 60)
    yield started
    started.stop()


def parse_task(media_type: str = "text/markdown") -> ParseTask:
    return ParseTask(PLACE, media_type, "", "memo.md")


def chunk_task(title: str = "Memo") -> ChunkTask:
    return ChunkTask(PLACE, title, default_policy(256).model_dump(), PACKAGED)


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


def test_a_document_is_parsed_chunked_and_embedded_in_another_process(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    place = PLACE.place()
    artifacts.put(place.path(RAW), b"# Memo\n\nCash deposits.")
    done = worker.run(parse_task())
    assert (done.title, done.chunks, done.pages) == ("Memo", 0, None)
    assert worker.run(chunk_task(done.title)).chunks == 1
    worker.run(EmbedTask(PLACE, PACKAGED, [], b""))
    assert decode_parsed(artifacts.get(place.path(PARSED))).text == "Memo\n\nCash deposits."
    (draft,) = decode_chunks(artifacts.get(place.path(CHUNKS)))
    assert draft.embedded.endswith("Cash deposits.")
    assert decode_vectors(artifacts.get(place.path(PACKAGED.vectors_artifact))).dense.shape == (
        1,
        384,
    )
    assert only_child().pid != os.getpid()


def test_running_a_stage_twice_writes_the_same_bytes(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    place = PLACE.place()
    artifacts.put(place.path(RAW), b"# Memo\n\nCash deposits.\n\n## More\n\nText.")
    names = (PARSED, CHUNKS, PACKAGED.vectors_artifact)

    def run() -> list[bytes]:
        worker.run(parse_task())
        worker.run(chunk_task())
        worker.run(EmbedTask(PLACE, PACKAGED, [], b""))
        return [artifacts.get(place.path(name)) for name in names]

    assert run() == run()


def test_a_title_given_is_kept_and_the_name_serves_without_one(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    artifacts.put(PLACE.place().path(RAW), b"No heading.")
    assert worker.run(parse_task()).title == "memo"
    given = ParseTask(PLACE, "text/markdown", "Given", "a.md")
    assert worker.run(given).title == "Given"


def test_a_typed_error_crosses_the_pipe_and_the_worker_lives_on(
    worker: ComputeWorker, artifacts: LocalArtifacts
) -> None:
    worker.start()
    before = only_child().pid
    artifacts.put(PLACE.place().path(RAW), pdf_bytes(lines("x"), password="secret"))
    with pytest.raises(EncryptedDocument, match="password"):
        worker.run(parse_task("application/pdf"))
    assert only_child().pid == before


def test_an_unforeseen_error_is_a_lost_attempt_without_the_documents_words(
    worker: ComputeWorker,
) -> None:
    missing = ParseTask(PlaceRef("a/b", "k", "d", "v"), "text/plain", "", "x")
    with pytest.raises(WorkerLost, match="an unforeseen FileNotFoundError"):
        worker.run(missing)


def test_a_killed_worker_is_replaced(worker: ComputeWorker, artifacts: LocalArtifacts) -> None:
    artifacts.put(PLACE.place().path(RAW), b"text")
    worker.run(parse_task())
    starts, process = worker.starts, only_child()
    process.kill()
    process.join()
    assert worker.run(parse_task()).title == "memo"
    assert worker.starts == starts + 1


def test_a_worker_that_takes_too_long_is_ended_with_its_process(folder: Path) -> None:
    before = set(multiprocessing.active_children())
    slow = ComputeWorker(setup_for(folder), 0.01)
    with pytest.raises(DocumentTooSlow, match=r"longer than 0\.01 seconds"):
        slow.run(parse_task())
    assert set(multiprocessing.active_children()) == before
    assert slow.starts == 1


def test_a_stopped_worker_leaves_no_process(folder: Path) -> None:
    before = set(multiprocessing.active_children())
    stopped = ComputeWorker(setup_for(folder), 60)
    stopped.start()
    assert set(multiprocessing.active_children()) != before
    stopped.stop()
    stopped.stop()
    assert set(multiprocessing.active_children()) == before


PARENT = """
import multiprocessing, time
from pathlib import Path
from catalystindex.config.sections import (
    EmbeddingSettings, LimitsSettings, LoggingSettings, ParsingSettings)
from catalystindex.documents.tasks import ParseTask, PlaceRef
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.jobs.worker import WorkerSetup

if __name__ == "__main__":
    worker = ComputeWorker(WorkerSetup(
        embedding=EmbeddingSettings(), limits=LimitsSettings(), parsing=ParsingSettings(),
        logging=LoggingSettings(level="error"), artifact_folder=Path(__file__).parent,
    ), 60)
    try:
        worker.run(ParseTask(PlaceRef("a/b", "k", "d", "v"), "text/plain", "", "x"))
    except WorkerLost:
        print("worker", multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_worker_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            said = next(line for line in parent.stdout if line.startswith("worker "))
            child = int(said.split()[1])
            assert is_running(child)
        finally:
            os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: not is_running(child), 5)
