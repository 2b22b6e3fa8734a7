"""What happens to documents of jobs between two steps of each other, forced one by one.

No worker is running: the tests are the workers, so that every step comes when it is to come.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.stages import StageContext, run_task
from catalystindex.documents.tasks import Done, StageTask
from catalystindex.jobs.desk import STAGES, Assignment, Report, Ticket
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import JobNotRetryable, LeaseLost, SourceUnavailable
from catalystindex.model.job import ItemState, JobState, Outcome, Stage
from catalystindex.owner.assembly import Owner
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.records.schema import job_documents
from support.documents import stored_files
from support.jobs import (
    base_in,
    bulk,
    counter,
    document_with,
    ended,
    indexed_chunks,
    inline,
    item_of,
    one,
    settings_of,
    texts_found,
    until,
    working_owner,
)
from support.stores import ANA

WORKER = "remote-1"


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    folder = tmp_path_factory.mktemp("data")
    with working_owner(settings_of(folder, workers=0, lease=60, max_attempts=2)) as opened:
        yield opened


@pytest.fixture
def base(owner: Owner, request: pytest.FixtureRequest) -> str:
    """A knowledge base for this test alone."""
    name = "".join(char if char.isalnum() else "-" for char in request.node.name.lower())
    return base_in(owner, name[-60:].strip("-"))


@pytest.fixture(scope="module")
def context(owner: Owner) -> StageContext:
    return context_of(owner)


def context_of(owner: Owner) -> StageContext:
    """Return what a worker works with."""
    setup = owner.work.setup
    artifacts = LocalArtifacts(setup.artifact_folder)
    return StageContext(setup.embedding, setup.limits, setup.parsing, artifacts)


def claimed(owner: Owner) -> Assignment:
    found: list[Assignment] = []

    def claim() -> bool:
        assignment = owner.work.desk.claim(WORKER)
        found.extend([] if assignment is None else [assignment])
        return bool(found)

    until(claim, patience=20)
    return found[0]


def step(owner: Owner, context: StageContext, ticket: Ticket, task: StageTask) -> StageTask | None:
    """Do a stage and report it; return the next one."""
    done = run_task(context, task)
    assert isinstance(done, Done)
    return owner.work.desk.report(ticket, Report(STAGES[type(task)], done, 0.1))


def finish(owner: Owner, context: StageContext, assignment: Assignment) -> None:
    """Do what is left of a document."""
    task: StageTask | None = assignment.task
    while task is not None:
        task = step(owner, context, assignment.ticket, task)


def test_a_version_that_comes_while_the_one_before_is_indexed_is_not_lost(
    owner: Owner, base: str, context: StageContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = one(owner, base, "Cash deposits.")
    second: list[str] = []
    upsert = Pipeline._upsert

    def upsert_and_submit(self: Pipeline, *args: object) -> None:
        upsert(self, *args)  # type: ignore[arg-type]  # passed on as they came
        if not second:
            second.append(one(owner, base, "Wire transfers."))

    monkeypatch.setattr(Pipeline, "_upsert", upsert_and_submit)
    finish(owner, context, claimed(owner))
    finish(owner, context, claimed(owner))
    assert ended(owner, second[0], patience=5).state is JobState.SUCCEEDED
    assert item_of(owner, first).state is ItemState.CANCELLED
    problem = item_of(owner, first).problem
    assert problem is not None
    assert problem.code == "document.superseded"
    assert texts_found(owner, "deposits transfers", base) == ["Wire transfers."]
    document = document_with(owner, base, "memo")
    assert (document.status, document.version) == (DocumentStatus.INDEXED, 2)
    held = {key for key, count in owner.vectors.version_counts().items() if count}
    assert held == set(indexed_chunks(owner))  # nothing is left of the one that came to nothing


@pytest.mark.parametrize("cancelled", [0, 1])
def test_cancelling_one_of_two_jobs_of_the_same_content_leaves_the_other_to_end_well(
    owner: Owner, base: str, context: StageContext, cancelled: int
) -> None:
    jobs = [one(owner, base, "Cash deposits."), one(owner, base, "Cash deposits.")]
    in_hand = claimed(owner)
    assert in_hand.ticket.job_id == jobs[0]
    owner.jobs.cancel(ANA, jobs[cancelled])
    if cancelled == 0:
        assert step(owner, context, in_hand.ticket, in_hand.task) is None
        in_hand = claimed(owner)
    finish(owner, context, in_hand)
    assert ended(owner, jobs[cancelled]).state is JobState.CANCELLED
    assert ended(owner, jobs[1 - cancelled]).state is JobState.SUCCEEDED
    assert document_with(owner, base, "memo").status is DocumentStatus.INDEXED


def test_a_ticket_commits_to_the_document_of_its_lease_and_to_no_other(
    owner: Owner, base: str, context: StageContext
) -> None:
    jobs = [one(owner, base, f"Memo {key}.", key=key) for key in "ab"]
    of_a, of_b = claimed(owner), claimed(owner)
    assert [of_a.ticket.job_id, of_b.ticket.job_id] == jobs
    forged = msgspec.structs.replace(
        of_a.ticket, document_id=of_b.ticket.document_id, version_id=of_b.ticket.version_id
    )
    with pytest.raises(LeaseLost):
        step(owner, context, forged, of_a.task)
    task = step(owner, context, of_a.ticket, of_a.task)
    assert task is not None
    assert task.place.document_id == of_a.ticket.document_id
    assert document_with(owner, base, "b").title == ""
    elsewhere = msgspec.structs.replace(of_a.ticket, job_id=of_b.ticket.job_id)
    with pytest.raises(LeaseLost):
        owner.work.desk.put_back(elsewhere)
    assert not owner.work.desk.beat(elsewhere, None)
    finish(owner, context, Assignment(of_a.ticket, task))
    finish(owner, context, of_b)
    assert [ended(owner, job).state for job in jobs] == [JobState.SUCCEEDED] * 2


def test_a_worker_that_leaves_nothing_behind_costs_attempts_and_does_not_go_on_for_ever(
    owner: Owner, base: str
) -> None:
    job = one(owner, base, "Cash deposits.")
    report = Report(Stage.PARSED, Done(title="Elsewhere", reading={}), 0.1)
    for _ in range(2):
        assert owner.work.desk.report(claimed(owner).ticket, report) is None
    assert ended(owner, job).state is JobState.FAILED
    assert item_of(owner, job).stage is Stage.ACQUIRED


def test_what_comes_after_a_forced_version_is_updated_and_not_redone(
    owner: Owner, base: str, context: StageContext
) -> None:
    outcomes = []
    for text, force in (("One.", False), ("One.", True), ("Two.", False), ("Two.", True)):
        job = one(owner, base, text, force=force)
        finish(owner, context, claimed(owner))
        ended(owner, job)
        outcomes.append(item_of(owner, job).outcome)
    assert outcomes == [Outcome.CREATED, Outcome.REDONE, Outcome.UPDATED, Outcome.REDONE]


def test_what_comes_back_in_line_in_a_cancelled_job_ends_without_a_worker(
    owner: Owner, base: str
) -> None:
    job = one(owner, base, "Cash deposits.")
    in_hand = claimed(owner)
    owner.jobs.cancel(ANA, job)
    before = cancelled_documents(owner)
    owner.work.desk.put_back(in_hand.ticket)
    assert ended(owner, job, patience=10).state is JobState.CANCELLED
    assert document_with(owner, base, "memo").status is DocumentStatus.CANCELLED
    until(lambda: cancelled_documents(owner) == before + 1, patience=5)  # counted after that


def cancelled_documents(owner: Owner) -> float:
    labels = {"outcome": "cancelled", "error_class": "none"}
    return counter(owner, "catalyst_ingest_documents_total", **labels)


def test_nothing_is_put_back_in_line_in_a_job_that_is_being_cancelled(
    owner: Owner, base: str
) -> None:
    job = bulk(owner, base, [inline(" ", key="empty"), inline("Cash deposits.", key="cash")])
    in_hand = claimed(owner)
    until(lambda: owner.jobs.show(ANA, job).counts.failed == 1)
    owner.jobs.cancel(ANA, job)
    assert owner.jobs.show(ANA, job).finished_at is None
    with pytest.raises(JobNotRetryable):
        owner.jobs.retry(ANA, job, [])
    owner.work.desk.put_back(in_hand.ticket)
    ended(owner, job)
    assert owner.jobs.retry(ANA, job, []).retried == 1
    ended(owner, job)


def test_whoever_waits_for_a_document_hears_at_once_that_it_was_cancelled(
    owner: Owner, base: str
) -> None:
    job = one(owner, base, "Cash deposits.")
    told = owner.watchers.watch(str(item_of(owner, job).document_id))
    owner.jobs.cancel(ANA, job)
    told.result(1)


def test_the_bytes_that_came_with_a_job_go_with_its_last_document(
    owner: Owner, base: str, context: StageContext
) -> None:
    first = one(owner, base, "Cash deposits.")
    finish(owner, context, claimed(owner))
    ended(owner, first)
    job = bulk(owner, base, [inline(" ", key="memo"), inline(" ", key="other")])
    ended(owner, job)  # both failed: they may be tried again, with what came
    assert any(job in name for name in stored_files(owner))
    for key in ("memo", "other"):
        if key == "other":
            again = one(owner, base, "Now with text.", key=key)
            finish(owner, context, claimed(owner))
            ended(owner, again)
            assert any(job in name for name in stored_files(owner))
        owner.remover.remove_document(ANA, document_with(owner, base, key).id)
    assert not any(job in name for name in stored_files(owner))


def test_a_step_of_the_reconciler_that_fails_keeps_none_of_the_others_from_being_done(
    owner: Owner, base: str
) -> None:
    reconciler, beat = owner.work.reconciler, owner.work.reconciler.beat

    def broken() -> None:
        raise SourceUnavailable("No.")

    job = one(owner, base, "Cash deposits.")
    in_hand = claimed(owner)
    reconciler.beat = broken
    try:
        owner.jobs.cancel(ANA, job)
        owner.work.desk.put_back(in_hand.ticket)
        assert ended(owner, job, patience=10).state is JobState.CANCELLED
    finally:
        reconciler.beat = beat


def test_what_the_owner_itself_is_at_does_not_lose_its_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working_owner(settings_of(tmp_path, workers=0, lease=2)) as owner:
        base = base_in(owner)
        context = context_of(owner)
        job = one(owner, base, "Cash deposits.")
        assignment = claimed(owner)
        upsert = Pipeline._upsert

        def slow(self: Pipeline, *args: object) -> None:
            upsert(self, *args)  # type: ignore[arg-type]  # passed on as they came
            seen = owner.work.desk.held()
            assert seen == {assignment.ticket.item_id}
            expire(owner)
            assert owner.work.reconciler.end_expired() == 0

        monkeypatch.setattr(Pipeline, "_upsert", slow)
        finish(owner, context, assignment)
        assert ended(owner, job).state is JobState.SUCCEEDED
        assert owner.work.desk.held() == set()
        assert counter(owner, "catalyst_leases_expired_total") == 0


def expire(owner: Owner) -> None:
    """Let every lease have run out."""
    with owner.records.bookkeeping() as connection:
        connection.execute(update(job_documents).values(lease_expires_at="2000"))
