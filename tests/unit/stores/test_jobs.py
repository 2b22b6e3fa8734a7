"""Jobs in the records: what they end as, what they show, how they go on."""

from collections.abc import Sequence

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from catalystindex.model.errors import InvalidRequest, JobNotFound
from catalystindex.model.ids import content_id
from catalystindex.model.job import ErrorClass, ItemProblem, ItemState, JobState, Outcome, Stage
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import fetches, job_documents, jobs, leases, workers
from catalystindex.stores.records.cursors import encode_cursor
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.fetches import StoredFetch
from catalystindex.stores.records.job_documents import MAX_ORDINAL, ItemQuery
from catalystindex.stores.records.jobs import JobQuery, NewJob, StoredJob
from catalystindex.stores.records.leases import LeasedItem
from catalystindex.stores.records.workers import StoredWorker
from support.jobs import moment, new_item, seed_job
from support.stores import ANA, AT, BEA, seed_document, seed_knowledge_base

NO = ItemProblem(code="document.corrupt", detail="No.", error_class=ErrorClass.PERMANENT)
LATER = moment(5)
ENDS = {
    "s": lambda connection, lease: leases.succeed(connection, lease, Outcome.CREATED, LATER),
    "f": lambda connection, lease: leases.fail(connection, lease, NO, LATER),
    "c": lambda connection, lease: leases.cancel(connection, lease, LATER, None),
}


def claim(records: Records, at: float = 0) -> LeasedItem:
    with records.bookkeeping() as connection:
        found = leases.claim(connection, ANA.key, "compute", "w", moment(at), moment(at + 10))
    assert found is not None
    return found


def end(records: Records, how: str, at: float = 0) -> None:
    """Take the next document and end it: succeeded, failed or cancelled."""
    lease = claim(records, at).lease
    with records.bookkeeping() as connection:
        ENDS[how](connection, lease)


def job(records: Records, job_id: str) -> StoredJob:
    with records.read() as connection:
        return jobs.find(connection, ANA, job_id)


class TestEnding:
    def test_a_job_ends_with_its_last_document_in_the_state_they_make(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        ends = {
            "sss": JobState.SUCCEEDED,
            "ssf": JobState.PARTIAL,
            "sfc": JobState.PARTIAL,
            "fff": JobState.FAILED,
            "fc": JobState.FAILED,
            "sc": JobState.CANCELLED,
            "c": JobState.CANCELLED,
        }
        for how, state in ends.items():
            job_id = seed_job(records, kb, [new_item(n, how) for n in range(len(how))])
            assert job(records, job_id).state is JobState.QUEUED
            for place, letter in enumerate(how):
                end(records, letter)
                stored = job(records, job_id)
                last = place + 1 == len(how)
                assert stored.state is (state if last else JobState.RUNNING), how
                assert stored.finished_at == (LATER if last else None)
                assert stored.started_at == AT

    def test_a_listing_keeps_its_job_open_until_all_it_brought_has_ended(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0, kind="folder", document_id=None)])
        listing = claim(records).lease
        with records.bookkeeping() as connection:
            assert job_documents.next_ordinal(connection, job_id) == 1
            job_documents.add(connection, ANA, job_id, kb.id, [new_item(1)], AT)
            leases.succeed(connection, listing, Outcome.LISTED, AT)
        assert job(records, job_id).state is JobState.RUNNING
        end(records, "s")
        assert job(records, job_id).state is JobState.SUCCEEDED

    def test_what_a_listing_knew_not_to_be_had_is_failed_from_the_start(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0), new_item(1, problem=NO)])
        with records.read() as connection:
            shown = job_documents.find(connection, ANA, new_item(1).id, job_id)
        assert (shown.state, shown.problem, shown.attempts) == (ItemState.FAILED, NO, 0)
        assert shown.finished_at is not None
        end(records, "s")
        assert job(records, job_id).state is JobState.PARTIAL

    def test_cancelling_ends_what_waits_and_leaves_what_is_in_hand(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(n) for n in range(3)])
        lease = claim(records).lease
        with records.bookkeeping() as connection:
            jobs.request_cancel(connection, job_id)
            given_up = job_documents.cancel_waiting(connection, job_id, LATER)
            assert jobs.settle(connection, job_id, LATER) is None
        wanted = [(one.document_id, one.version_id) for one in (new_item(1), new_item(2))]
        assert sorted(given_up) == sorted((str(a), str(b)) for a, b in wanted)
        assert job(records, job_id).cancel_requested
        with records.bookkeeping() as connection:
            leases.cancel(connection, lease, LATER, None)
        assert job(records, job_id).state is JobState.CANCELLED


class TestRetry:
    def test_retrying_opens_the_job_again_with_all_attempts(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0), new_item(1), new_item(2)])
        for how in "fsf":
            end(records, how)
        with records.bookkeeping() as connection:
            named = [new_item(n).id for n in (0, 1)]  # the second did not fail
            assert job_documents.retry(connection, job_id, named, moment(7)) == 1
            shown = job_documents.find(connection, ANA, new_item(0).id, job_id)
        assert (shown.state, shown.attempts, shown.finished_at) == (ItemState.QUEUED, 0, None)
        assert job(records, job_id).state is JobState.QUEUED
        assert job(records, job_id).finished_at is None
        end(records, "s", at=7)
        assert job(records, job_id).state is JobState.PARTIAL

    def test_retrying_what_has_not_failed_does_not_open_the_job(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        end(records, "s")
        with records.bookkeeping() as connection:
            assert job_documents.retry(connection, job_id, [new_item(0).id], AT) == 0
        assert job(records, job_id).state is JobState.SUCCEEDED
        with records.read() as connection:
            assert jobs.tenants_with_open_jobs(connection) == []

    def test_a_job_that_was_cancelled_is_wanted_again_when_it_is_retried(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0), new_item(1)])
        end(records, "f")
        with records.bookkeeping() as connection:
            jobs.request_cancel(connection, job_id)
            job_documents.cancel_waiting(connection, job_id, AT)
            jobs.settle(connection, job_id, AT)
            job_documents.retry(connection, job_id, [new_item(0).id], AT)
        assert not job(records, job_id).cancel_requested

    def test_failed_documents_are_listed_by_job_class_and_code(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        first = seed_job(records, kb, [new_item(0, "a"), new_item(1, "a")])
        second = seed_job(records, kb, [new_item(0, "b")])
        for how in "ffs":
            end(records, how)
        with records.read() as connection:
            every = job_documents.failed_ids(connection, ANA, ItemQuery())
            assert len(every) == 2
            assert job_documents.failed_ids(connection, ANA, ItemQuery(code="x")) == []
            assert job_documents.failed_ids(connection, BEA, ItemQuery()) == []
            ids = {job_id for job_id, _ in every}
            assert ids <= {first, second}
            assert job_documents.tally_failed(connection) == {"permanent": 2}


class TestSequences:
    def test_every_change_of_a_job_raises_its_sequence(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0), new_item(1)])
        seen = [job(records, job_id).sequence]

        def rose() -> None:
            seen.append(job(records, job_id).sequence)
            assert seen[-1] > seen[-2], seen

        lease = claim(records).lease
        rose()
        with records.bookkeeping() as connection:
            leases.advance(connection, lease, Stage.PARSED, artifact="x", seconds=1)
        rose()
        with records.bookkeeping() as connection:
            leases.put_back(connection, lease, AT, NO)
        rose()
        end(records, "f")
        rose()
        end(records, "f")
        rose()
        with records.bookkeeping() as connection:
            job_documents.retry(connection, job_id, [new_item(0).id], AT)
        rose()
        with records.bookkeeping() as connection:
            job_documents.cancel_waiting(connection, job_id, AT)
        rose()

    def test_changes_come_in_order_and_none_is_left_out_between_two_looks(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(n) for n in range(7)])  # one sequence for all
        end(records, "s")
        found: list[tuple[int, int]] = []
        place = (0, MAX_ORDINAL)
        while True:
            with records.read() as connection:
                some = job_documents.changed(connection, ANA, job_id, place, 3)
            found += [(one.sequence, one.ordinal) for one in some]
            if not some:
                break
            place = found[-1]
        assert found == sorted(found)
        assert sorted(ordinal for _, ordinal in found) == list(range(7))
        with records.read() as connection:
            assert job_documents.changed(connection, BEA, job_id, (0, MAX_ORDINAL), 9) == []
            last = job(records, job_id).sequence
            assert job_documents.changed(connection, ANA, job_id, (last, MAX_ORDINAL), 9) == []

    def test_changes_are_looked_up_from_their_sequence_on(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        """Whoever follows a job of 100,000 documents must not read all of them at each look."""
        if not records.engine_name.startswith("SQLite"):
            pytest.skip("PostgreSQL chooses its plans by itself: what SQLite reads is counted here")
        job_id = seed_job(records, kb, [new_item(0)])
        asked: list[tuple[str, tuple[str, ...]]] = []

        def note(
            _connection: object, _cursor: object, text: str, values: tuple[str, ...], *_: object
        ) -> None:
            asked.append((text, values))

        with records.read() as connection:
            event.listen(connection, "before_cursor_execute", note)
            job_documents.changed(connection, ANA, job_id, (1, 5), 9)
            text, values = asked[-1]
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
        assert ["(job_id=? AND (sequence,ordinal)>(?,?))" in row[3] for row in plan] == [True], plan


class TestTallies:
    def test_documents_are_counted_by_state_stage_and_outcome(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        items = [new_item(n) for n in range(5)]
        items.append(new_item(5, kind="folder", document_id=None, lane="acquire"))
        job_id = seed_job(records, kb, items)
        end(records, "s")
        end(records, "f")
        lease = claim(records).lease
        with records.bookkeeping() as connection:
            leases.advance(connection, lease, Stage.PARSED, artifact="x", seconds=1)
        again = claim(records).lease
        with records.bookkeeping() as connection:
            leases.put_back(connection, again, moment(60), NO)
        with records.read() as connection:
            tallies = jobs.tallies(connection, [job_id])
            open_documents = job_documents.tally_open(connection)
            assert job_documents.count_open(connection, ANA) == 4
            assert job_documents.count_open(connection, BEA) == 0
            assert jobs.count_open(connection) == 1
        counted = {
            (one.state.value, one.stage, one.retrying, one.listing): one.documents
            for one in tallies
        }
        assert counted == {
            ("succeeded", None, True, False): 1,
            ("failed", None, True, False): 1,
            ("running", "parsed", True, False): 1,
            ("queued", None, True, False): 1,
            ("queued", None, False, False): 1,
            ("queued", None, False, True): 1,
        }
        assert sum(one.documents for one in tallies) == len(items)
        assert sum(one.attempts for one in tallies) == 5
        assert open_documents == {
            ("running", "parsed"): 1, ("retrying", "none"): 1, ("queued", "none"): 2,
        }  # fmt: skip


class TestPages:
    def test_jobs_are_listed_newest_first_and_new_ones_do_not_shift_pages(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        made = [seed_job(records, kb, at=moment(n // 2)) for n in range(6)]
        with records.read() as connection:
            first, cursor = jobs.page(connection, ANA, JobQuery(limit=3))
        seed_job(records, kb, at=moment(9))
        seed_job(records, kb, at=moment(9), tenant=BEA)
        with records.read() as connection:
            rest, more = jobs.page(connection, ANA, JobQuery(cursor=cursor, limit=3))
        ids = [one.id for one in (*first, *rest)]
        assert sorted(ids) == sorted(made)
        assert more is None
        moments = [one.created_at for one in (*first, *rest)]
        assert moments == sorted(moments, reverse=True)

    def test_jobs_are_listed_by_state_and_knowledge_base(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        other = seed_knowledge_base(records, "other")
        done = seed_job(records, kb, [new_item(0)])
        end(records, "s")
        waits = seed_job(records, other, [new_item(0, "x")])

        def listed(query: JobQuery) -> list[str]:
            with records.read() as connection:
                return [one.id for one in jobs.page(connection, ANA, query)[0]]

        assert listed(JobQuery(state=JobState.SUCCEEDED)) == [done]
        assert listed(JobQuery(knowledge_base_id=other.id)) == [waits]
        assert listed(JobQuery(JobState.FAILED, other.id)) == []

    def test_documents_are_listed_in_order_and_by_state(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(n) for n in range(5)])
        end(records, "f")
        lease = claim(records).lease
        with records.bookkeeping() as connection:
            leases.put_back(connection, lease, moment(60), NO)
        claim(records)

        def ordinals(state: ItemState | None) -> list[int]:
            found: Sequence[int] = ()
            cursor = None
            while True:
                query = ItemQuery(job_id=job_id, state=state, cursor=cursor, limit=2)
                with records.read() as connection:
                    page = job_documents.page(connection, ANA, query)
                found = [*found, *(one.ordinal for one in page.items)]
                cursor = page.next_cursor
                if cursor is None:
                    return list(found)

        assert ordinals(None) == [0, 1, 2, 3, 4]
        assert ordinals(ItemState.FAILED) == [0]
        assert ordinals(ItemState.RETRYING) == [1]
        assert ordinals(ItemState.RUNNING) == [2]
        assert ordinals(ItemState.QUEUED) == [3, 4]

    def test_dead_letters_are_listed_the_newest_first(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(n) for n in range(5)])
        for place in range(5):
            lease = claim(records).lease
            with records.bookkeeping() as connection:
                leases.fail(connection, lease, NO, moment(place // 2))
        found: list[str] = []
        cursor = None
        while True:
            query = ItemQuery(state=ItemState.FAILED, cursor=cursor, limit=2)
            with records.read() as connection:
                page = job_documents.page(connection, ANA, query)
            found += [str(one.finished_at) for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(found) == 5
        assert found == sorted(found, reverse=True)

    @pytest.mark.parametrize("ordinal", ["x", "-1", "1.5", "9" * 30, ""])
    def test_a_cursor_of_another_making_is_refused(
        self, records: Records, kb: KnowledgeBase, ordinal: str
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        query = ItemQuery(job_id=job_id, cursor=encode_cursor(ordinal))
        with records.read() as connection, pytest.raises(InvalidRequest):
            job_documents.page(connection, ANA, query)

    def test_another_workspace_finds_neither_jobs_nor_documents(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        other = seed_job(records, kb)
        with records.read() as connection:
            with pytest.raises(JobNotFound):
                jobs.find(connection, BEA, job_id)
            with pytest.raises(JobNotFound):
                job_documents.find(connection, BEA, new_item(0).id, job_id)
            with pytest.raises(JobNotFound):
                job_documents.find(connection, ANA, new_item(0).id, other)


def test_an_idempotency_key_is_of_one_job_in_a_workspace(
    records: Records, kb: KnowledgeBase
) -> None:
    job_id = seed_job(records, kb, idempotency_key="k-1")
    theirs = seed_job(records, kb, idempotency_key="k-1", tenant=BEA)
    with records.read() as connection:
        found = [jobs.with_key(connection, tenant, "k-1") for tenant in (ANA, BEA)]
        assert [one.id for one in found if one] == [job_id, theirs]
        assert jobs.with_key(connection, ANA, "k-2") is None

    def again() -> None:
        with records.housekeeping() as connection:
            twice = NewJob(content_id("job", "twice"), kb.id, "", "k-1")
            jobs.add(connection, ANA, twice, AT)

    with pytest.raises(IntegrityError):
        again()


def test_jobs_forget_a_document_that_is_deleted(records: Records, kb: KnowledgeBase) -> None:
    document = content_id("document", "gone")
    secret = {"document_id": document, "title": "Ana", "metadata": {"name": "Ana"}, "key": "ana"}
    running = seed_job(records, kb, [new_item(0, "a", source={"path": "/ana"}, **secret)])
    lease = claim(records).lease
    waiting = seed_job(records, kb, [new_item(0, "b", **secret), new_item(1, "b")])
    with records.bookkeeping() as connection:
        told = job_documents.forget_document(connection, ANA, document, LATER)
        assert job_documents.forget_document(connection, BEA, document, LATER) == []
    assert told == sorted((running, waiting))
    assert job(records, running).state is JobState.CANCELLED
    assert job(records, waiting).state is JobState.QUEUED  # its other document goes on
    with records.read() as connection:
        for job_id, name in ((running, "a"), (waiting, "b")):
            shown = job_documents.find(connection, ANA, new_item(0, name).id, job_id)
            assert (shown.state, shown.key, shown.place) == (
                ItemState.CANCELLED, None, "(deleted)",
            )  # fmt: skip
        assert leases.expired(connection, moment(99), ()) == []
    with records.bookkeeping() as connection:
        assert not leases.beat(connection, lease, LATER, None)


def test_a_failed_document_that_is_deleted_is_no_dead_letter_any_more(
    records: Records, kb: KnowledgeBase
) -> None:
    seed_job(records, kb, [new_item(0), new_item(1)])
    end(records, "f")
    end(records, "f")
    with records.bookkeeping() as connection:
        job_documents.forget_document(connection, ANA, str(new_item(0).document_id), LATER)
    with records.read() as connection:
        left = job_documents.failed_ids(connection, ANA, ItemQuery())
    assert [item for _, item in left] == [new_item(1).id]


def test_the_bytes_of_a_job_are_needed_until_all_of_it_is_acquired(
    records: Records, kb: KnowledgeBase
) -> None:
    packed = [new_item(n, kind="packed", version_id=None) for n in range(2)]
    job_id = seed_job(records, kb, packed)

    def needed() -> bool:
        with records.read() as connection:
            listed = job_id in job_documents.jobs_with_packs(connection)
            assert job_documents.needs_pack(connection, job_id) == listed
            return listed

    for left in (True, False):
        lease = claim(records).lease
        assert needed()
        with records.bookkeeping() as connection:
            leases.advance(
                connection, lease, Stage.ACQUIRED, artifact="x", seconds=1,
                document_id="d", version_id="v",
            )  # fmt: skip
        assert needed() is left


def test_the_last_answer_of_a_source_is_kept_by_document_and_place(
    records: Records, kb: KnowledgeBase
) -> None:
    version = seed_document(records, kb)
    fetch = StoredFetch(
        version.document_id, version.id, "http://x/", '"1"', None, "x.txt", None, None, {"a": 1}
    )
    with records.bookkeeping() as connection:
        fetches.store(connection, fetch)
        fetches.store(connection, StoredFetch(**(vars(fetch) | {"etag": '"2"'})))
    with records.read() as connection:
        found = fetches.find(connection, version.document_id, "http://x/")
        assert found is not None
        assert found.etag == '"2"'
        assert fetches.find(connection, version.document_id, "http://y/") is None


def test_workers_are_known_by_their_last_sign_of_life(records: Records) -> None:
    def heard(name: str, at: float, *, local: bool = False) -> None:
        worker = StoredWorker(name, "host", 7, "compute", local, moment(at), moment(at))
        with records.bookkeeping() as connection:
            workers.hear(connection, worker)

    heard("b", 0)
    heard("a", 0, local=True)
    heard("b", 9)
    with records.bookkeeping() as connection:
        every = workers.every(connection)
        assert [(one.id, one.started_at, one.heartbeat_at) for one in every] == [
            ("a", moment(0), moment(0)), ("b", moment(0), moment(9)),
        ]  # fmt: skip
        workers.forget_silent(connection, moment(5))
        assert [one.id for one in workers.every(connection)] == ["b"]
        workers.forget_local(connection)
        assert [one.id for one in workers.every(connection)] == ["b"]
        workers.forget(connection, ["b"])
        assert workers.every(connection) == []
