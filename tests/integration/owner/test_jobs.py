"""Jobs in a real owner: what it took in ends, whatever becomes of workers, owner and queue."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from catalystindex.config.sections import QueueSettings
from catalystindex.documents.stages import StageContext, run_task
from catalystindex.documents.tasks import Crashed, Done, ParseTask
from catalystindex.jobs import reconciler
from catalystindex.jobs.desk import Report
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import (
    DocumentNotFound,
    IdempotencyConflict,
    JobNotFound,
    JobNotRetryable,
    LeaseLost,
    QueueFull,
)
from catalystindex.model.health import CheckState
from catalystindex.model.job import ErrorClass, ItemState, JobState, Outcome, Stage
from catalystindex.owner.assembly import Owner
from catalystindex.owner.checks import readiness
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records.job_documents import ItemQuery
from catalystindex.telemetry.logs import configure_logs
from support.jobs import (
    LONG,
    base_in,
    bulk,
    counter,
    document_with,
    ended,
    indexed_chunks,
    inline,
    is_running,
    item_of,
    items_of,
    one,
    settings_of,
    texts_found,
    until,
    working_owner,
)
from support.scripted_documents import scripted_parser
from support.stores import ANA, BEA
from support.valkey import TcpValkey


@pytest.fixture(scope="module", autouse=True)
def _plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Scripted documents are read as such."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(scripted_parser(tmp_path_factory.mktemp("plugin")))
        yield


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory, _plugin: None) -> Iterator[Owner]:
    with working_owner(settings_of(tmp_path_factory.mktemp("data"), max_attempts=2)) as opened:
        yield opened


@pytest.fixture
def base(owner: Owner, request: pytest.FixtureRequest) -> str:
    """A knowledge base for this test alone."""
    name = "".join(char if char.isalnum() else "-" for char in request.node.name.lower())
    return base_in(owner, name[-60:].strip("-"))


def scripted(owner: Owner, base: str, script: str, key: str = "scripted") -> str:
    """Submit a document that does what it says; return its job."""
    return one(owner, base, script, key=key, filename=f"{key}.tsv")


def worker_pids() -> list[int]:
    return [one.pid for one in multiprocessing.active_children() if one.pid and one.is_alive()]


def kill_workers() -> None:
    for pid in worker_pids():
        os.kill(pid, signal.SIGKILL)


def dead_letters(owner: Owner, base: str) -> list[str]:
    page = owner.jobs.dead_letters(ANA, ItemQuery(knowledge_base_id=base))
    return [one.id for one in page.items]


class TestContent:
    def test_unchanged_changed_and_forced_content_are_told_apart(
        self, owner: Owner, base: str
    ) -> None:
        outcomes = []
        for text, force in (
            ("Cash deposits.", False),
            ("Cash deposits.", False),
            ("Wire transfers.", False),
            ("Wire transfers.", True),
            ("Wire transfers.", False),
        ):
            job = ended(owner, one(owner, base, text, force=force))
            assert job.state is JobState.SUCCEEDED
            outcomes.append(item_of(owner, job.id).outcome)
        assert outcomes == [
            Outcome.CREATED, Outcome.UNCHANGED, Outcome.UPDATED, Outcome.REDONE, Outcome.UNCHANGED,
        ]  # fmt: skip
        document = document_with(owner, base, "memo")
        assert document.version == 3
        assert texts_found(owner, "deposits transfers", base) == ["Wire transfers."]
        assert owner.vectors.version_counts()[document.version_id] == 1

    @pytest.mark.slow
    def test_two_submissions_of_the_same_documents_at_once_make_them_once(
        self, owner: Owner, base: str
    ) -> None:
        documents = [inline(f"Cash deposit {n} at the branch.", key=f"d{n}") for n in range(100)]
        with ThreadPoolExecutor(2) as pool:
            job_ids = list(pool.map(lambda _: bulk(owner, base, documents), range(2)))
        outcomes: list[Outcome | None] = []
        for job_id in job_ids:
            job = ended(owner, job_id)
            assert job.state is JobState.SUCCEEDED
            assert (job.total, job.counts.succeeded, job.percentage) == (100, 100, 100)
            outcomes += [item.outcome for item in items_of(owner, job_id)]
        assert sorted(str(one) for one in outcomes) == ["created"] * 100 + ["unchanged"] * 100
        found = [document_with(owner, base, f"d{n}") for n in range(100)]
        assert {(one.version, one.chunks, one.status) for one in found} == {
            (1, 1, DocumentStatus.INDEXED)
        }
        held = owner.vectors.version_counts()
        assert [held[one.version_id] for one in found] == [1] * 100

    def test_a_searcher_sees_the_old_version_or_the_new_one_and_never_both_or_none(
        self, owner: Owner, base: str
    ) -> None:
        ended(owner, one(owner, base, "The vault holds cash, state 0."))
        seen: list[tuple[str, ...]] = []
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                seen.append(tuple(texts_found(owner, "vault holds cash", base)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for state in range(1, 6):
                ended(owner, one(owner, base, f"The vault holds cash, state {state}."))
        finally:
            over.set()
            watcher.join()
        seen.append(tuple(texts_found(owner, "vault holds cash", base)))
        assert {len(texts) for texts in seen} == {1}
        states = [int(texts[0].rpartition(" ")[2].rstrip(".")) for texts in seen]
        assert states == sorted(states)
        assert states[-1] == 5

    def test_a_file_without_text_is_a_dead_letter_at_once(self, owner: Owner, base: str) -> None:
        job = ended(owner, one(owner, base, b"%PDF-1.7 broken", filename="memo.pdf"))
        assert job.state is JobState.FAILED
        item = item_of(owner, job.id)
        assert item.problem is not None
        assert (item.problem.code, item.problem.error_class) == (
            "document.corrupt", ErrorClass.PERMANENT,
        )  # fmt: skip
        assert (item.attempts, item.stage) == (1, Stage.ACQUIRED)
        assert dead_letters(owner, base) == [item.id]

    def test_an_empty_document_of_many_fails_alone(self, owner: Owner, base: str) -> None:
        job = ended(owner, bulk(owner, base, [inline("  ", "empty"), inline("Cash.", "full")]))
        assert job.state is JobState.PARTIAL
        first, second = items_of(owner, job.id)
        assert first.problem is not None
        assert (first.state, first.problem.code) == (ItemState.FAILED, "document.empty")
        assert second.outcome is Outcome.CREATED

    def test_every_stage_leaves_its_artifact_and_its_time(self, owner: Owner, base: str) -> None:
        job = ended(owner, bulk(owner, base, [inline("Cash deposits.", "memo")]))
        item = item_of(owner, job.id)
        assert set(item.artifacts) == {
            Stage.ACQUIRED, Stage.PARSED, Stage.CHUNKED, Stage.EMBEDDED,
        }  # fmt: skip
        assert set(item.seconds) == set(Stage)
        assert item.stage is Stage.INDEXED
        assert (item.total_attempts, job.attempts) == (5, 5)  # one for each stage
        assert list(job.stages.values()) == [1] * 5


class TestCancelling:
    def test_what_waits_ends_at_once_and_what_is_in_work_is_given_up(
        self, owner: Owner, base: str
    ) -> None:
        busy = scripted(owner, base, "400 0.05", key="busy")
        until(lambda: is_running(owner, busy))
        waiting = one(owner, base, "Cash deposits.", key="waiting")
        job = owner.jobs.cancel(ANA, waiting)
        assert (job.state, job.counts.cancelled) == (JobState.CANCELLED, 1)
        owner.jobs.cancel(ANA, busy)
        job = ended(owner, busy, patience=5)
        assert (job.state, job.cancel_requested) == (JobState.CANCELLED, True)
        for key in ("busy", "waiting"):
            assert document_with(owner, base, key).status is DocumentStatus.CANCELLED
        assert texts_found(owner, "cash", base) == []
        again = ended(owner, one(owner, base, "Cash deposits.", key="waiting"))
        assert item_of(owner, again.id).outcome is Outcome.CREATED
        assert owner.jobs.cancel(ANA, again.id).state is JobState.SUCCEEDED

    def test_what_was_indexed_stays_when_the_rest_is_cancelled(
        self, owner: Owner, base: str
    ) -> None:
        documents = [inline(f"{LONG} {n}", key=f"d{n}") for n in range(8)]
        job_id = bulk(owner, base, documents)
        until(lambda: owner.jobs.show(ANA, job_id).counts.succeeded > 0)
        owner.jobs.cancel(ANA, job_id)
        job = ended(owner, job_id, patience=5)
        assert job.state is JobState.CANCELLED
        assert job.counts.succeeded + job.counts.cancelled == 8
        assert job.counts.succeeded >= 1
        for item in items_of(owner, job_id):
            assert item.state in (ItemState.SUCCEEDED, ItemState.CANCELLED)

    def test_another_workspace_can_neither_see_nor_cancel_nor_retry(
        self, owner: Owner, base: str
    ) -> None:
        job_id = one(owner, base, "Cash deposits.")
        for call in (owner.jobs.show, owner.jobs.cancel):
            with pytest.raises(JobNotFound):
                call(BEA, job_id)
        with pytest.raises(JobNotFound):
            owner.jobs.retry(BEA, job_id, [])
        assert ended(owner, job_id).state is JobState.SUCCEEDED


class TestRetrying:
    def test_a_poison_document_runs_out_of_attempts_and_blocks_nobody(
        self, owner: Owner, base: str
    ) -> None:
        lost = counter(owner, "catalyst_worker_restarts_total")
        failed = counter(owner, "catalyst_documents_total", status="failed")
        poison = scripted(owner, base, "SIGKILL", key="poison")
        good = one(owner, base, "Cash deposits.", key="good")
        assert ended(owner, good).state is JobState.SUCCEEDED
        job = ended(owner, poison)
        until(
            lambda: counter(owner, "catalyst_documents_total", status="failed") == failed + 1
        )  # counted after it is committed
        assert job.state is JobState.FAILED
        item = item_of(owner, poison)
        assert item.problem is not None
        assert (item.problem.code, item.problem.error_class) == (
            "document.processing_failed", ErrorClass.TRANSIENT,
        )  # fmt: skip
        assert "2 times" in item.problem.detail
        assert (item.attempts, item.total_attempts) == (2, 2)
        assert counter(owner, "catalyst_worker_restarts_total") == lost + 2
        assert dead_letters(owner, base) == [item.id]
        until(lambda: counter(owner, "catalyst_ingest_dead_letters", error_class="transient") >= 1)

    def test_a_document_that_aborts_its_reader_is_not_tried_again(
        self, owner: Owner, base: str
    ) -> None:
        job = ended(owner, scripted(owner, base, "SIGABRT"))
        item = item_of(owner, job.id)
        assert item.problem is not None
        assert (item.attempts, item.problem.error_class) == (1, ErrorClass.PERMANENT)

    def test_one_or_all_failed_documents_are_tried_again(self, owner: Owner, base: str) -> None:
        documents = [inline(text, key=key) for key, text in
                     (("a", " "), ("good", "Cash."), ("b", " "))]  # fmt: skip
        job_id = bulk(owner, base, documents)
        ended(owner, job_id)
        first, good, second = items_of(owner, job_id)
        assert owner.jobs.retry(ANA, job_id, [first.id, good.id]).retried == 1
        ended(owner, job_id)
        attempts = [item.total_attempts for item in items_of(owner, job_id)]
        assert attempts == [first.total_attempts + 1, good.total_attempts, second.total_attempts]
        assert owner.jobs.retry(ANA, job_id, []).retried == 2
        job = ended(owner, job_id)
        assert job.state is JobState.PARTIAL
        with pytest.raises(JobNotRetryable):
            owner.jobs.retry(ANA, job_id, [good.id])
        query = ItemQuery(code="document.empty", knowledge_base_id=base)
        assert owner.jobs.retry_dead_letters(ANA, query, []).retried == 2
        ended(owner, job_id)
        with pytest.raises(JobNotRetryable):
            owner.jobs.retry_dead_letters(BEA, query, [])
        with pytest.raises(JobNotFound):
            owner.jobs.retry(ANA, job_id, ["nothing"])

    def test_a_worker_that_is_killed_costs_an_attempt_and_no_document(
        self, owner: Owner, base: str
    ) -> None:
        job_id = scripted(owner, base, "40 0.05")
        until(lambda: is_running(owner, job_id))
        kill_workers()
        seconds = until(lambda: item_of(owner, job_id).total_attempts > 1, patience=15)
        assert seconds < 15
        assert ended(owner, job_id).state is JobState.SUCCEEDED
        assert item_of(owner, job_id).problem is None


class TestDeleting:
    def test_a_document_that_is_deleted_in_work_ends_its_job_and_leaves_nothing(
        self, owner: Owner, base: str
    ) -> None:
        job_id = scripted(owner, base, "400 0.05", key="gone")
        until(lambda: is_running(owner, job_id))
        document = document_with(owner, base, "gone")
        owner.remover.remove_document(ANA, document.id)
        assert owner.jobs.show(ANA, job_id).state is JobState.CANCELLED
        item = item_of(owner, job_id)
        assert (item.key, item.place) == (None, "(deleted)")
        # its worker is let go of it and takes the next
        assert ended(owner, one(owner, base, "Cash.", key="next"), patience=10).finished_at
        with pytest.raises(DocumentNotFound):
            owner.library.document(ANA, document.id)
        folder = owner.settings.data_dir / "artifacts"
        until(lambda: not [one for one in folder.rglob(f"{document.id}/**/*") if one.is_file()], 10)

    def test_a_knowledge_base_that_is_deleted_in_work_takes_its_jobs_with_it(
        self, owner: Owner
    ) -> None:
        base = base_in(owner, "doomed")
        busy = scripted(owner, base, "400 0.05")
        many = bulk(owner, base, [inline(f"Cash {n}.", key=f"d{n}") for n in range(20)])
        until(lambda: is_running(owner, busy))
        owner.remover.remove_knowledge_base(ANA, base)
        for job_id in (busy, many):
            with pytest.raises(JobNotFound):
                owner.jobs.show(ANA, job_id)
        again = base_in(owner, "doomed")
        assert ended(owner, one(owner, again, "Cash."), patience=10).state is JobState.SUCCEEDED


class TestAdmission:
    def test_an_idempotency_key_makes_one_job_of_two_requests(
        self, owner: Owner, base: str
    ) -> None:
        documents = [inline("Cash.", key="a")]
        first = bulk(owner, base, documents, idempotency_key="key-1")
        assert bulk(owner, base, documents, idempotency_key="key-1") == first
        with pytest.raises(IdempotencyConflict):
            bulk(owner, base, [inline("Gold.", key="a")], idempotency_key="key-1")
        ended(owner, first)
        assert bulk(owner, base, documents, idempotency_key="key-1") == first

    def test_two_requests_at_once_under_one_key_do_not_mix_their_bytes(
        self, owner: Owner, base: str
    ) -> None:
        def submit(text: str) -> str | None:
            documents = [inline(f"{text} {n}", key=f"d{n}") for n in range(30)]
            try:
                return bulk(owner, base, documents, idempotency_key="key-2")
            except IdempotencyConflict:
                return None

        with ThreadPoolExecutor(4) as pool:
            texts = [f"Text of request {n}." * (n + 1) for n in range(4)]
            found = list(pool.map(submit, texts))
        (won,) = [place for place, job_id in enumerate(found) if job_id is not None]
        job_id = found[won]
        assert job_id is not None
        ended(owner, job_id)
        for n in range(30):
            document = document_with(owner, base, f"d{n}")
            _, data = owner.library.raw(ANA, document.id)
            assert data.decode() == f"{texts[won]} {n}"

    def test_too_many_waiting_documents_are_refused(self, tmp_path: Path) -> None:
        settings = settings_of(tmp_path, max_waiting_per_workspace=3, max_waiting=4)
        with working_owner(settings) as small:
            base = base_in(small)
            busy = scripted(small, base, "400 0.05")
            until(lambda: is_running(small, busy))
            waiting = [one(small, base, "Cash.", key=f"d{n}") for n in range(2)]
            with pytest.raises(QueueFull) as full:
                one(small, base, "Cash.", key="d3")
            assert full.value.context == {"waiting": 3, "limit": 3, "retry_after": 30.0}
            assert full.value.headers["Retry-After"]
            others = base_in(small, tenant=BEA)
            with pytest.raises(QueueFull):
                bulk(small, others, [inline("a"), inline("b")], tenant=BEA)
            theirs = one(small, others, "Cash.", tenant=BEA)
            assert counter(small, "catalyst_submissions_total", route="text", answer="full") == 1
            small.jobs.cancel(ANA, busy)
            for job_id in waiting:
                assert ended(small, job_id).state is JobState.SUCCEEDED
            assert ended(small, theirs, tenant=BEA).state is JobState.SUCCEEDED

    @pytest.mark.slow
    def test_a_workspace_with_hundreds_waiting_does_not_delay_another(
        self, owner: Owner, base: str
    ) -> None:
        many = [inline(f"Cash deposit {n} at the branch.", key=f"d{n}") for n in range(300)]
        job_id = bulk(owner, base, many)
        until(lambda: owner.jobs.show(ANA, job_id).stages[Stage.ACQUIRED] >= 30)
        others = base_in(owner, "theirs", tenant=BEA)
        theirs = one(owner, others, "One single memo.", tenant=BEA)
        assert ended(owner, theirs, tenant=BEA).state is JobState.SUCCEEDED
        mine = one(owner, base, "A single one of my own.", key="single")
        assert ended(owner, mine).state is JobState.SUCCEEDED  # singles go before bulk
        assert owner.jobs.show(ANA, job_id).counts.succeeded < 250
        owner.jobs.cancel(ANA, job_id)
        ended(owner, job_id)


class TestFencing:
    def test_the_late_report_of_an_orphan_is_refused(self, tmp_path: Path) -> None:
        """Two workers elsewhere; the first is silent for longer than its lease."""
        with working_owner(settings_of(tmp_path, workers=0)) as owner:
            job_id = one(owner, base_in(owner), "Cash deposits.")
            desk = owner.work.desk
            orphan = desk.claim("remote-1")
            assert orphan is not None
            assert isinstance(orphan.task, ParseTask)
            assert desk.claim("remote-2") is None
            found = []

            def claimed_again() -> bool:
                found.append(desk.claim("remote-2"))
                return found[-1] is not None

            assert until(claimed_again, patience=15) < 15
            second = found[-1]
            assert second is not None
            assert second.ticket.token == orphan.ticket.token + 1
            assert counter(owner, "catalyst_leases_expired_total") == 1
            before = item_of(owner, job_id)
            report = Report(Stage.PARSED, Done(title="Of the orphan"), 1.0)
            with pytest.raises(LeaseLost):
                desk.report(orphan.ticket, report)
            with pytest.raises(LeaseLost):
                desk.give_up(orphan.ticket, Crashed("late", ""))
            with pytest.raises(LeaseLost):
                desk.put_back(orphan.ticket)
            assert not desk.beat(orphan.ticket, (1, 2))
            assert item_of(owner, job_id) == before
            assert counter(owner, "catalyst_commits_refused_total") == 1
            assert desk.beat(second.ticket, (1, 2))
            desk.put_back(second.ticket)

    def test_a_document_that_its_workers_never_bring_back_ends(self, tmp_path: Path) -> None:
        with working_owner(settings_of(tmp_path, workers=0, max_attempts=2)) as owner:
            job_id = one(owner, base_in(owner), "Cash deposits.")
            assert [one.code for one in owner.jobs.show(ANA, job_id).warnings] == [
                "workers.none_live"
            ]
            claims = 0

            def claim_and_vanish() -> bool:
                nonlocal claims
                claims += owner.work.desk.claim("remote-1") is not None
                return owner.jobs.show(ANA, job_id).finished_at is not None

            until(claim_and_vanish, patience=20)
            assert claims == 2
            assert owner.jobs.show(ANA, job_id).state is JobState.FAILED


class TestRestarts:
    @pytest.mark.slow
    def test_work_in_hand_goes_on_under_the_next_owner_and_dead_letters_stay(
        self, tmp_path: Path
    ) -> None:
        settings = settings_of(tmp_path, max_attempts=2)
        with working_owner(settings) as owner:
            base = base_in(owner)
            poison = scripted(owner, base, "SIGKILL", key="poison")
            ended(owner, poison)
            letters = dead_letters(owner, base)
            busy = scripted(owner, base, "60 0.05", key="busy")
            until(lambda: is_running(owner, busy))
            waiting = bulk(owner, base, [inline(f"Cash {n}.", key=f"d{n}") for n in range(5)])
        with working_owner(settings) as owner:
            assert item_of(owner, busy).attempts <= 1  # stopping took the attempt back
            for job_id in (busy, waiting):
                assert ended(owner, job_id).state is JobState.SUCCEEDED
            assert dead_letters(owner, base) == letters
            assert item_of(owner, poison).total_attempts == 2
            assert owner.jobs.retry(ANA, poison, []).retried == 1
            assert ended(owner, poison).state is JobState.FAILED

    @pytest.mark.slow
    def test_a_document_goes_on_at_the_first_stage_that_is_missing(self, tmp_path: Path) -> None:
        """A worker elsewhere parses and is never heard of again; the next does not parse."""
        with working_owner(settings_of(tmp_path, workers=0)) as owner:
            job_id = one(owner, base_in(owner), "Cash deposits.")
            desk, setup = owner.work.desk, owner.work.setup
            context = StageContext(
                setup.embedding, setup.limits, setup.parsing,
                LocalArtifacts(setup.artifact_folder), on_progress=lambda _done, _total: None,
            )  # fmt: skip
            first = desk.claim("remote-1")
            assert first is not None
            done = run_task(context, first.task)
            assert isinstance(done, Done)
            wrong = msgspec.structs.replace(first.ticket, version_id="f" * 32)
            with pytest.raises(LeaseLost):  # a lease is on one document and on no other
                desk.report(wrong, Report(Stage.PARSED, done, 0.5))
            desk.report(first.ticket, Report(Stage.PARSED, done, 0.5))
        parsed = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("parsed.json")}
        assert len(parsed) == 1
        with working_owner(settings_of(tmp_path)) as owner:
            job = ended(owner, job_id)  # the lease of the one elsewhere runs out first
            assert job.state is JobState.SUCCEEDED
            item = item_of(owner, job_id)
            assert item.seconds[Stage.PARSED] == 0.5

            def finished(stage: Stage) -> float:
                labels = {"stage": stage.value, "result": "ok"}
                return counter(owner, "catalyst_ingest_attempts_total", **labels)

            until(lambda: finished(Stage.INDEXED) == 1)  # counted after it is committed
            assert [finished(stage) for stage in Stage] == [0, 0, 1, 1, 1]
        assert {path: path.stat().st_mtime_ns for path in parsed} == parsed


class TestQueueOutage:
    @pytest.mark.slow
    def test_work_is_accepted_and_done_while_the_queue_is_out_and_when_it_is_back(
        self, tmp_path: Path
    ) -> None:
        configure_logs("info", "json")  # whatever tests before this one wanted to hear
        valkey = TcpValkey(tmp_path / "valkey")
        queue = QueueSettings(url=valkey.url, timeout=1)
        try:
            with working_owner(settings_of(tmp_path / "data", queue=queue)) as owner:
                base = base_in(owner)
                assert ended(owner, one(owner, base, "Before.", key="before")).finished_at
                assert counter(owner, "catalyst_queue_up") == 1
                valkey.kill()
                with capture_logs() as logs:
                    job_id = one(owner, base, "During.", key="during")
                    shown = owner.jobs.show(ANA, job_id)
                if shown.finished_at is None:  # polling may have been faster than we looked
                    assert [one.code for one in shown.warnings] == ["queue.unreachable"]
                events = [one["event"] for one in logs]
                assert "job_waits_for_queue" in events
                assert events.count("queue_unreachable") <= 1
                assert counter(owner, "catalyst_queue_up") == 0
                many = bulk(owner, base, [inline(f"Cash {n}.", key=f"d{n}") for n in range(20)])
                assert ended(owner, job_id).state is JobState.SUCCEEDED
                assert ended(owner, many).state is JobState.SUCCEEDED
                assert counter(owner, "catalyst_queue_outages_total") == 1
                ready = readiness(owner)
                states = {check.name: check.state for check in ready.checks}
                assert ready.ready
                assert states["queue"] is CheckState.DEGRADED
                valkey.start()
                until(lambda: counter(owner, "catalyst_queue_up") == 1, patience=10)
                after = ended(owner, one(owner, base, "After.", key="after"))
                assert after.state is JobState.SUCCEEDED
                assert owner.work.wakes.reachable
                assert counter(owner, "catalyst_queue_outages_total") == 1
        finally:
            valkey.stop()


def test_the_metrics_of_a_job_add_up(tmp_path: Path) -> None:
    with working_owner(settings_of(tmp_path)) as owner:
        base = base_in(owner)
        ended(owner, bulk(owner, base, [inline(f"Cash {n}.", key=f"d{n}") for n in range(4)]))
        ended(owner, bulk(owner, base, [inline("Cash 0.", key="d0"), inline(" ", key="e")]))
        total = "catalyst_ingest_documents_total"
        assert counter(owner, total, outcome="created", error_class="none") == 4
        assert counter(owner, total, outcome="unchanged", error_class="none") == 1
        assert counter(owner, total, outcome="failed", error_class="permanent") == 1
        until(lambda: counter(owner, "catalyst_jobs_open") == 0)
        assert counter(owner, "catalyst_submissions_total", route="bulk", answer="accepted") == 2
        assert len(indexed_chunks(owner)) == 4
        packs = list((tmp_path / "artifacts").rglob("pack"))
        assert len(packs) == 1  # the job of the dead letter keeps its bytes for a retry


def test_counting_that_takes_long_is_done_more_seldom_and_lanes_are_called_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working_owner(settings_of(tmp_path, workers=0)) as owner:
        base, queue, look = base_in(owner), owner.work.queue.queue, owner.work.reconciler.look
        owner.work.reconciler.stop()
        one(owner, base, "Cash deposits.")
        look()
        assert counter(owner, "catalyst_documents_waiting") == 1
        monkeypatch.setattr(reconciler, "CHEAP", 0.0)
        monkeypatch.setattr(reconciler, "SHARE", 1e9)
        look()
        one(owner, base, "Wire transfers.")
        while queue.wait(Lane.COMPUTE, 0) is not None:
            pass
        look()
        assert counter(owner, "catalyst_documents_waiting") == 1
        assert queue.depth(Lane.COMPUTE) > 0
