"""Leases on documents of jobs: whose turn it is, and what an old token may do, which is nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from catalystindex.model.errors import LeaseLost
from catalystindex.model.ids import content_id
from catalystindex.model.job import ErrorClass, ItemProblem, ItemState, Outcome, Stage
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import due, job_documents, jobs, knowledge_bases, leases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import NewItem
from catalystindex.stores.records.leases import Lease, LeasedItem
from support.jobs import moment, new_item, row_of, seed_job
from support.stores import ANA, AT, BEA

BROKEN = ItemProblem(code="source.unavailable", detail="No.", error_class=ErrorClass.TRANSIENT)
UNTIL = moment(10)

Commit = Callable[[Connection, Lease], object]
COMMITS: dict[str, Commit] = {
    "advance": lambda connection, lease: leases.advance(
        connection, lease, Stage.PARSED, artifact="artifact:x", seconds=1.0
    ),
    "hand_on": lambda connection, lease: leases.hand_on(connection, lease, "compute", AT),
    "put_back": lambda connection, lease: leases.put_back(connection, lease, AT, None),
    "put_back_failed": lambda connection, lease: leases.put_back(connection, lease, AT, BROKEN),
    "succeed": lambda connection, lease: leases.succeed(connection, lease, Outcome.CREATED, AT),
    "succeed_timed": lambda connection, lease: leases.succeed(
        connection, lease, Outcome.CREATED, AT, 1.0
    ),
    "fail": lambda connection, lease: leases.fail(connection, lease, BROKEN, AT),
    "cancel": lambda connection, lease: leases.cancel(connection, lease, AT, None),
    "check": leases.check,
    "read": leases.read,
}


def take(
    records: Records, at: float = 0, *, lane: str = "compute", tenant: str = ANA.key
) -> LeasedItem | None:
    with records.bookkeeping() as connection:
        return leases.claim(connection, tenant, lane, "worker-1", moment(at), moment(at + 10))


def taken(records: Records, at: float = 0) -> LeasedItem:
    found = take(records, at)
    assert found is not None
    return found


def commit(records: Records, name: str, lease: Lease) -> None:
    with records.bookkeeping() as connection:
        COMMITS[name](connection, lease)


def everything(records: Records, item_id: str, job_id: str) -> object:
    with records.read() as connection:
        return row_of(connection, item_id), jobs.find(connection, ANA, job_id)


def refused_everywhere(records: Records, lease: Lease, job_id: str) -> None:
    """Every commit under the lease is refused and leaves no trace."""
    before = everything(records, lease.item_id, job_id)
    for name in COMMITS:
        with pytest.raises(LeaseLost):
            commit(records, name, lease)
        assert everything(records, lease.item_id, job_id) == before, name


class TestWhoseTurn:
    def test_priority_goes_before_due_time_and_due_time_before_order(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        late = [new_item(n, "late", priority=priority) for n, priority in enumerate((1, 0))]
        early = [new_item(n, "early", priority=1) for n in (1, 0)]
        seed_job(records, kb, late, at=moment(0))
        seed_job(records, kb, early, at=moment(-5))
        wanted = [late[1], early[1], early[0], late[0]]
        assert [taken(records).lease.item_id for _ in wanted] == [one.id for one in wanted]
        assert take(records) is None

    def test_nothing_is_taken_before_it_is_due(self, records: Records, kb: KnowledgeBase) -> None:
        seed_job(records, kb, [new_item(0)], at=moment(5))
        assert take(records, 4.9) is None
        assert take(records, 5) is not None

    def test_lanes_and_workspaces_do_not_take_from_each_other(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0, lane="acquire")])
        assert take(records) is None
        assert take(records, lane="acquire", tenant=BEA.key) is None
        assert take(records, lane="acquire") is not None

    def test_of_one_document_only_one_is_in_work(self, records: Records, kb: KnowledgeBase) -> None:
        same = content_id("document", "same")
        items = [new_item(n, document_id=same) for n in range(3)]
        seed_job(records, kb, [*items, new_item(9)])
        first = taken(records)
        assert taken(records).lease.item_id == new_item(9).id
        assert take(records) is None
        commit(records, "succeed", first.lease)
        assert taken(records).lease.item_id == items[1].id
        assert take(records) is None

    def test_a_lane_waits_for_a_document_that_is_in_work_in_the_other(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        same = content_id("document", "same")
        seed_job(records, kb, [new_item(0, document_id=same)])
        seed_job(records, kb, [new_item(0, "other", document_id=same, lane="acquire")])
        lease = taken(records).lease
        assert take(records, lane="acquire") is None
        commit(records, "fail", lease)
        assert take(records, lane="acquire") is not None

    def test_documents_whose_key_is_not_known_do_not_wait_for_each_other(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(n, document_id=None) for n in range(2)])
        assert take(records) is not None
        assert take(records) is not None

    def test_threads_that_claim_at_once_never_get_the_same(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(n) for n in range(40)])

        def drain(_: int) -> list[str]:
            found = []
            while (item := take(records)) is not None:
                found.append(item.lease.item_id)
            return found

        with ThreadPoolExecutor(4) as pool:
            found = [one for part in pool.map(drain, range(4)) for one in part]
        assert sorted(found) == sorted(new_item(n).id for n in range(40))

    def test_what_was_tried_before_waits_for_what_was_not(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0, priority=0), new_item(1, priority=1)])
        first = taken(records)
        commit(records, "put_back_failed", first.lease)
        assert taken(records).lease.item_id == new_item(1).id
        again = taken(records)
        assert again.lease.item_id == first.lease.item_id
        for _ in range(3):
            commit(records, "put_back_failed", again.lease)
            again = taken(records)
        with records.read() as connection:
            row = row_of(connection, first.lease.item_id)
        assert row["priority"] == job_documents.RETRY_PRIORITY


class TestFencing:
    def test_an_old_token_changes_nothing(self, records: Records, kb: KnowledgeBase) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        old = taken(records).lease
        commit(records, "put_back_failed", old)
        taken(records)
        refused_everywhere(records, old, job_id)

    def test_a_token_is_spent_when_its_document_is_let_go(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        for end in ("put_back", "succeed", "fail", "cancel", "hand_on"):
            job_id = seed_job(records, kb, [new_item(0, end, priority=0)])
            lease = taken(records).lease
            commit(records, end, lease)
            refused_everywhere(records, lease, job_id)

    def test_a_token_of_a_job_that_was_deleted_is_lost(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0)])
        lease = taken(records).lease
        with records.housekeeping() as connection:
            knowledge_bases.remove(connection, ANA, kb.id)
        for name in COMMITS:
            with pytest.raises(LeaseLost):
                commit(records, name, lease)

    def test_tokens_rise(self, records: Records, kb: KnowledgeBase) -> None:
        seed_job(records, kb, [new_item(0)])
        tokens = []
        for _ in range(4):
            lease = taken(records).lease
            tokens.append(lease.token)
            commit(records, "put_back", lease)
        assert tokens == [1, 2, 3, 4]

    def test_what_its_caller_did_beside_a_refused_commit_is_undone(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        lease = taken(records).lease
        before = everything(records, lease.item_id, job_id)
        stale = Lease(lease.item_id, lease.job_id, lease.token - 1)

        def cancel_and_advance() -> None:
            with records.bookkeeping() as connection:
                jobs.request_cancel(connection, job_id)
                COMMITS["advance"](connection, stale)

        with pytest.raises(LeaseLost):
            cancel_and_advance()
        assert everything(records, lease.item_id, job_id) == before


class TestAttempts:
    def test_an_attempt_is_counted_when_it_begins_and_stands_if_it_fails(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0)])
        for number in (1, 2, 3):
            found = taken(records)
            assert found.attempts == number
            commit(records, "put_back_failed", found.lease)

    def test_an_attempt_whose_worker_stopped_does_not_count(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        for _ in range(3):
            found = taken(records)
            assert found.attempts == 1
            commit(records, "put_back", found.lease)
        with records.read() as connection:
            shown = job_documents.find(connection, ANA, new_item(0).id, job_id)
        assert (shown.attempts, shown.total_attempts) == (0, 0)
        assert (shown.state, shown.problem) == (ItemState.QUEUED, None)

    def test_each_stage_has_its_own_attempts(self, records: Records, kb: KnowledgeBase) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        commit(records, "put_back_failed", taken(records).lease)
        again = taken(records)
        commit(records, "advance", again.lease)
        with records.read() as connection:
            held = leases.read(connection, again.lease)
            shown = job_documents.find(connection, ANA, again.lease.item_id, job_id)
        assert (held.attempts, held.stage) == (1, Stage.PARSED)
        assert shown.total_attempts == 3
        assert shown.artifacts == {Stage.PARSED: "artifact:x"}
        assert shown.seconds == {Stage.PARSED: 1.0}

    def test_what_goes_on_to_the_next_lane_has_tried_nothing_there(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0, lane="acquire", version_id=None)])
        found = take(records, lane="acquire")
        assert found is not None
        with records.bookkeeping() as connection:
            leases.advance(
                connection, found.lease, Stage.ACQUIRED, artifact="artifact:raw", seconds=0.5,
                document_id="d", version_id="v",
            )  # fmt: skip
            leases.hand_on(connection, found.lease, "compute", moment(1))
        with records.read() as connection:
            shown = job_documents.find(connection, ANA, found.lease.item_id, job_id)
        assert (shown.state, shown.attempts, shown.total_attempts) == (ItemState.QUEUED, 0, 1)
        assert (shown.document_id, shown.version_id) == ("d", "v")
        assert take(records, 1, lane="acquire") is None
        assert taken(records, 1).stage is Stage.ACQUIRED

    def test_a_problem_is_shown_until_the_document_succeeds(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        commit(records, "put_back_failed", taken(records).lease)
        with records.read() as connection:
            waiting = job_documents.find(connection, ANA, new_item(0).id, job_id)
        assert (waiting.state, waiting.problem) == (ItemState.RETRYING, BROKEN)
        assert waiting.next_attempt_at is not None
        commit(records, "succeed", taken(records).lease)
        with records.read() as connection:
            done = job_documents.find(connection, ANA, new_item(0).id, job_id)
        assert (done.state, done.problem, done.next_attempt_at) == (
            ItemState.SUCCEEDED, None, None,
        )  # fmt: skip


class TestExpiry:
    def test_a_lease_that_ran_out_is_found_with_its_token(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0), new_item(1)])
        first = taken(records).lease
        second = taken(records, 5).lease
        with records.read() as connection:
            assert leases.expired(connection, moment(10), ()) == []
            (found,) = leases.expired(connection, moment(12), ())
            assert (found.lease, found.attempts, found.holder) == (first, 1, "worker-1")
            both = {one.lease for one in leases.expired(connection, moment(16), ())}
            assert both == {first, second}
            (other,) = leases.expired(connection, moment(16), {first.item_id})
            assert other.lease == second

    def test_a_heartbeat_prolongs_a_lease_and_tells_how_far_the_work_is(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        lease = taken(records).lease
        with records.bookkeeping() as connection:
            assert leases.beat(connection, lease, moment(30), (3, 10))
        with records.read() as connection:
            assert leases.expired(connection, moment(29), ()) == []
            shown = job_documents.find(connection, ANA, lease.item_id, job_id)
        assert shown.progress is not None
        assert (shown.progress.done, shown.progress.total) == (3, 10)

    def test_a_heartbeat_of_an_old_token_prolongs_nothing(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0)])
        old = taken(records).lease
        commit(records, "put_back_failed", old)
        new = taken(records).lease
        with records.bookkeeping() as connection:
            assert not leases.beat(connection, old, moment(99), None)
        with records.read() as connection:
            assert [one.lease for one in leases.expired(connection, moment(11), ())] == [new]

    def test_a_heartbeat_hears_that_the_job_is_to_be_given_up(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        job_id = seed_job(records, kb, [new_item(0)])
        lease = taken(records).lease
        with records.bookkeeping() as connection:
            jobs.request_cancel(connection, job_id)
            assert not leases.beat(connection, lease, UNTIL, None)
            assert leases.cancelled(connection, lease)
            leases.check(connection, lease)  # it is still the holder's to end

    def test_leases_of_an_owner_that_is_gone_run_out_and_those_of_others_do_not(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0), new_item(1)])
        with records.bookkeeping() as connection:
            for holder in ("local-compute-0-x", "remote-host-1"):
                assert leases.claim(connection, ANA.key, "compute", holder, AT, moment(60))
            assert leases.end_local(connection, moment(1)) == 1
        with records.read() as connection:
            (gone,) = leases.expired(connection, moment(2), ())
        assert gone.holder == "local-compute-0-x"


class TestWhatWaits:
    def test_each_lane_says_what_is_due_and_since_when(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(0), new_item(1)], at=moment(-30))
        seed_job(records, kb, [new_item(0, "later")], at=moment(60))
        with records.read() as connection:
            acquire, compute = due.waiting(connection, ["acquire", "compute"], AT)
            assert (acquire.documents, acquire.oldest) == (0, None)
            assert (compute.documents, compute.oldest) == (2, moment(-30))
            assert due.any_due(connection, "compute", AT)
            assert not due.any_due(connection, "acquire", AT)
            assert not due.any_due(connection, "compute", moment(-31))

    def test_workspaces_that_are_far_ahead_are_named(
        self, records: Records, kb: KnowledgeBase
    ) -> None:
        seed_job(records, kb, [new_item(n) for n in range(3)])
        everybody = [ANA.key, BEA.key]
        with records.read() as connection:
            assert due.far_ahead(connection, "compute", everybody, 3, moment(5)) == {ANA.key}
            assert due.far_ahead(connection, "compute", everybody, 4, moment(5)) == set()
            assert due.far_ahead(connection, "compute", [BEA.key], 1, moment(5)) == set()

    def test_who_has_something_in_hand_is_known(self, records: Records, kb: KnowledgeBase) -> None:
        seed_job(records, kb, [new_item(0)])
        lease = taken(records).lease
        with records.read() as connection:
            assert due.busy_holders(connection) == {"worker-1"}
        commit(records, "succeed", lease)
        with records.read() as connection:
            assert due.busy_holders(connection) == set()


def test_a_leased_document_carries_what_was_said_of_it(records: Records, kb: KnowledgeBase) -> None:
    item: NewItem = new_item(
        0, title="Memo", metadata={"year": 2026}, policy="memos", force=True, source={"kind": "x"}
    )
    job_id = seed_job(records, kb, [item])
    found = taken(records)
    assert found.lease == Lease(item.id, job_id, 1)
    assert (found.tenant_key, found.created_by, found.knowledge_base_id) == (
        ANA.key, ANA.user, kb.id,
    )  # fmt: skip
    assert (found.title, found.metadata, found.policy, found.force, found.source) == (
        "Memo", {"year": 2026}, "memos", True, {"kind": "x"},
    )  # fmt: skip
