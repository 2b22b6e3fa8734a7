"""Documents that cannot be used, and workers that do not survive."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.library import Submission
from catalystindex.model.document import DocumentStatus
from catalystindex.model.job import Stage
from catalystindex.owner.assembly import Owner
from catalystindex.owner.checks import readiness
from catalystindex.stores.records import audit_log
from catalystindex.stores.records.schema import job_documents
from support.documents import (
    add,
    counted,
    eventually,
    find,
    hand_in,
    in_hand,
    lines,
    make_base,
    pdf_bytes,
    running_owner,
    settings_for,
    settle,
    submit,
)
from support.stores import ANA

LONG = "\n\n".join(
    f"# Part {n}\n\nThe customer made deposit number {n} in cash at the branch. " * 8
    for n in range(150)
)
"""Enough text that a worker has it in hand for a while."""


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Owner]:
    """An owner of this test alone, whose documents may lose two workers."""
    with running_owner(settings_for(tmp_path, max_attempts=3)) as opened:
        yield opened


def kill_workers() -> None:
    for process in multiprocessing.active_children():
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)


def stage_of(owner: Owner, document_id: str) -> str | None:
    """Return the last stage that a document has passed."""
    wanted = select(job_documents.c.stage).where(job_documents.c.document_id == document_id)
    with owner.records.read() as connection:
        stage: str | None = connection.execute(wanted).scalar_one()
    return stage


@contextmanager
def killing_whenever_in_hand(owner: Owner, document_id: str) -> Iterator[None]:
    """Kill the worker each time it has the document."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            if in_hand(owner, document_id):
                kill_workers()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 broken", "document.corrupt"),
        (pdf_bytes(lines("x"), password="secret"), "document.encrypted"),
        (pdf_bytes(lambda canvas: canvas.rect(9, 9, 9, 9)), "document.no_text"),
    ],
)
def test_a_document_that_cannot_be_used_says_why(
    owner: Owner, base: str, data: bytes, code: str
) -> None:
    document = add(owner, base, data, filename="memo.pdf")
    assert document.status is DocumentStatus.FAILED
    assert document.problem is not None
    assert document.problem.code == code
    assert document.problem.detail.endswith(".")
    assert not document.searchable
    assert find(owner, "x", base) == []


def test_a_limit_that_was_passed_is_a_failure_that_names_it(tmp_path: Path) -> None:
    limits = LimitsSettings(max_text_chars=1000)
    with running_owner(settings_for(tmp_path, limits=limits)) as owner:
        document = add(owner, make_base(owner), "cash " * 300)
    assert document.problem is not None
    assert document.problem.code == "document.too_large"
    assert "1,000" in document.problem.detail


def test_a_document_survives_the_loss_of_its_worker(patient: Owner) -> None:
    document_id = submit(patient, make_base(patient), LONG)
    eventually(lambda: stage_of(patient, document_id) == Stage.CHUNKED)
    time.sleep(0.1)  # it is being embedded, which takes longer than that
    kill_workers()
    document = settle(patient, document_id)
    assert document.status is DocumentStatus.INDEXED
    assert counted(patient, "catalyst_worker_restarts_total") == 1
    assert patient.vectors.version_counts() == {document.version_id: document.chunks}


def test_a_document_that_kills_every_worker_fails_and_the_next_one_works(patient: Owner) -> None:
    base = make_base(patient)
    document_id = submit(patient, base, LONG, key="deadly")
    with killing_whenever_in_hand(patient, document_id):
        deadly = settle(patient, document_id)
    assert deadly.status is DocumentStatus.FAILED
    assert deadly.problem is not None
    assert deadly.problem.code == "document.processing_failed"
    assert "3 times" in deadly.problem.detail
    assert add(patient, base, "Cash deposits.").status is DocumentStatus.INDEXED
    assert len(find(patient, "cash deposits", base)) == 1
    assert readiness(patient).ready


def test_a_failed_document_gets_all_its_attempts_again(patient: Owner) -> None:
    base = make_base(patient)
    document_id = submit(patient, base, LONG, key="deadly")
    with killing_whenever_in_hand(patient, document_id):
        settle(patient, document_id)
    again = hand_in(patient, Submission(base, LONG.encode(), "memo.md", key="deadly"))
    assert not again.unchanged
    assert settle(patient, document_id).status is DocumentStatus.INDEXED


def test_documents_waiting_when_the_owner_stops_are_done_by_the_next(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running_owner(settings) as owner:
        base = make_base(owner)
        waiting = [submit(owner, base, f"{LONG} {n}") for n in range(3)]
    with running_owner(settings) as owner:
        assert {settle(owner, one).status for one in waiting} == {DocumentStatus.INDEXED}
        with owner.records.read() as connection:
            assert audit_log.verify(connection, ANA).valid


OWNER = """
import sys, time
from pathlib import Path
from support.documents import make_base, running_owner, settings_for, submit

if __name__ == "__main__":
    with running_owner(settings_for(Path(sys.argv[1]))) as owner:
        base = make_base(owner)
        for number in range(4):
            text = f"Cash deposit {number}. " * 900
            print("accepted", submit(owner, base, text), flush=True)
        time.sleep(float(sys.argv[2]))
        print("ready", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("after", [0.0, 0.4, 0.8])
def test_documents_accepted_by_an_owner_that_was_killed_are_not_lost(
    tmp_path: Path, after: float
) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER)
    command = [sys.executable, str(script), str(tmp_path / "data"), str(after)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    accepted: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("ready"):
                    break
                if line.startswith("accepted"):
                    accepted.append(line.split()[1])
        finally:
            process.kill()
    assert len(accepted) == 4
    with running_owner(settings_for(tmp_path / "data")) as owner:
        documents = [settle(owner, one) for one in accepted]
        assert {document.status for document in documents} == {DocumentStatus.INDEXED}
        wanted = {document.version_id: document.chunks for document in documents}
        assert owner.vectors.version_counts() == wanted
