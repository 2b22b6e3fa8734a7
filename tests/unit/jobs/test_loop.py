"""The loop of a compute worker with a real process: what it brings back, and what it survives."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from catalystindex.config.sections import (
    EmbeddingSettings,
    LimitsSettings,
    LoggingSettings,
    ParsingSettings,
)
from catalystindex.documents.tasks import Crashed, ParseTask, PlaceRef, Refused, StageTask
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.desk import Assignment, Failure, Report, Ticket
from catalystindex.jobs.heart import Heart
from catalystindex.jobs.loop import WorkerLoop
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.errors import LeaseLost, Unavailable
from catalystindex.model.job import Stage
from catalystindex.stores.artifacts.base import RAW
from catalystindex.stores.artifacts.local import LocalArtifacts
from support.jobs import until
from support.scripted_documents import scripted_parser

TSV = "text/tab-separated-values"


class Bench:
    """A desk of a few documents, each of one stage; notes what is brought back."""

    def __init__(self, artifacts: LocalArtifacts) -> None:
        self._artifacts = artifacts
        self.assignments: list[Assignment] = []
        self.troubles: list[Exception] = []
        self.unwanted: set[str] = set()
        self.lost: set[str] = set()
        self.came: SimpleQueue[tuple[str, str, object]] = SimpleQueue()
        self.progress: list[tuple[int, int]] = []

    def lay(self, name: str, text: str, media_type: str = TSV) -> None:
        place = PlaceRef("acme/aml", "kb", name, "v")
        self._artifacts.put(place.place().path(RAW), text.encode())
        task = ParseTask(place, media_type, "", f"{name}.tsv")
        self.assignments.append(Assignment(Ticket(name, "job", 1, name, "v"), task))

    def claim(self, worker: str) -> Assignment | None:
        del worker
        if self.troubles:
            raise self.troubles.pop()
        return self.assignments.pop(0) if self.assignments else None

    def beat(self, ticket: Ticket, progress: tuple[int, int] | None) -> bool:
        self.progress += [progress] if progress else []
        return ticket.item_id not in self.unwanted

    def report(self, ticket: Ticket, report: Report) -> StageTask | None:
        if ticket.item_id in self.lost:
            raise LeaseLost(item=ticket.item_id)
        self.came.put(("report", ticket.item_id, report))
        return None

    def give_up(self, ticket: Ticket, failure: Failure) -> None:
        self.came.put(("give_up", ticket.item_id, failure))

    def put_back(self, ticket: Ticket) -> None:
        self.came.put(("put_back", ticket.item_id, None))

    def next(self) -> tuple[str, str, object]:
        return self.came.get(timeout=30)


class Running:
    """A loop in a thread, with its process and its heart."""

    def __init__(self, desk: Bench, folder: Path) -> None:
        setup = WorkerSetup(
            embedding=EmbeddingSettings(),
            limits=LimitsSettings(),
            parsing=ParsingSettings(),
            logging=LoggingSettings(level="error"),
            artifact_folder=folder,
        )
        self.compute, self.heart = ComputeWorker(setup, 60), Heart(0.05)
        self.stopping, self.lost = threading.Event(), 0
        self.loop = WorkerLoop(
            "w", desk, self.compute, self._rest, self.heart,
            self.stopping,
        )  # fmt: skip
        self.loop.on_lost = self._count
        self.heart.start()
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.compute.abort()
        self.thread.join(30)
        self.heart.stop()

    def _rest(self) -> None:
        self.stopping.wait(0.02)

    def _count(self) -> None:
        self.lost += 1


@pytest.fixture
def desk(tmp_path: Path) -> Bench:
    return Bench(LocalArtifacts(tmp_path / "artifacts"))


@pytest.fixture
def running(desk: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.syspath_prepend(scripted_parser(tmp_path))
    started = Running(desk, tmp_path / "artifacts")
    yield started
    started.stop()


def test_every_document_is_brought_back_and_nothing_that_happens_to_one_ends_the_loop(
    running: Running, desk: Bench
) -> None:
    desk.lay("slow", "10 0.02")
    how, name, report = desk.next()
    assert (how, name) == ("report", "slow")
    assert isinstance(report, Report)
    assert report.stage is Stage.PARSED
    assert report.seconds > 0.1
    assert (5, 10) <= max(desk.progress) <= (10, 10)

    desk.lay("killer", "SIGKILL")
    how, name, failure = desk.next()
    assert (how, name) == ("give_up", "killer")
    assert isinstance(failure, Crashed)
    assert running.lost == 1

    desk.lay("aborts", "SIGABRT")
    how, name, failure = desk.next()
    assert (how, name) == ("give_up", "aborts")
    assert isinstance(failure, Refused)
    assert failure.code == "document.crashes_reader"
    assert running.lost == 1

    desk.troubles += [Unavailable("The records are out."), ValueError("unforeseen")]
    desk.lost.add("orphan")
    desk.lay("orphan", "1 0")
    desk.lay("after", "1 0")
    how, name, _ = desk.next()
    assert (how, name) == ("report", "after")
    assert running.thread.is_alive()


def test_a_document_that_is_not_wanted_any_more_is_interrupted_and_the_next_is_not(
    running: Running, desk: Bench
) -> None:
    desk.lay("unwanted", "1000 0.05")
    until(lambda: bool(desk.progress))
    desk.unwanted.add("unwanted")
    desk.lay("next", "20 0.02")
    how, name, _ = desk.next()
    assert (how, name) == ("give_up", "unwanted")
    assert desk.next()[:2] == ("report", "next")
    del running


def test_when_it_stops_what_is_in_hand_is_put_back(running: Running, desk: Bench) -> None:
    desk.lay("in-hand", "1000 0.05")
    until(lambda: bool(desk.progress))
    running.stop()
    assert desk.next()[:2] == ("put_back", "in-hand")
    assert not running.thread.is_alive()
    assert running.lost == 0


def test_an_interrupt_that_comes_late_does_not_take_the_next_task_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Bench
) -> None:
    monkeypatch.syspath_prepend(scripted_parser(tmp_path))
    for number in range(2):
        desk.lay(f"d{number}", "1 0")
    first, second = (one.task for one in desk.assignments)
    setup = WorkerSetup(
        embedding=EmbeddingSettings(), limits=LimitsSettings(), parsing=ParsingSettings(),
        logging=LoggingSettings(level="error"), artifact_folder=tmp_path / "artifacts",
    )  # fmt: skip
    worker = ComputeWorker(setup, 60)
    try:
        worker.run(first)
        worker.interrupt()  # the task is done; the process may take a moment to die
        worker.run(second)
        assert worker.starts == 2
    finally:
        worker.stop()
