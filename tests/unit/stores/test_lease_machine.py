"""Whatever is done to the documents of a job in whatever order: none is lost, none is held twice.

A machine does what workers, owner and callers do, with current and with old tokens, and compares
the records after every step with a model of a few lines.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection

from catalystindex.model.errors import LeaseLost
from catalystindex.model.ids import content_id
from catalystindex.model.job import (
    ENDED_ITEMS,
    ENDED_JOBS,
    ErrorClass,
    ItemProblem,
    ItemState,
    JobState,
    Outcome,
    Stage,
)
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import job_documents, jobs, leases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.leases import Lease
from support.jobs import moment, new_item, row_of, seed_job
from support.records import SqliteHome
from support.stores import ANA, seed_knowledge_base

Change = Callable[[Connection, Lease], None]
LEASE = 10
NO = ItemProblem(code="source.unavailable", detail="No.", error_class=ErrorClass.TRANSIENT)
_examples = count(1)


@dataclass
class Modelled:
    """What the model knows of a document."""

    ordinal: int
    document_id: str | None
    lane: str
    state: ItemState = ItemState.QUEUED
    priority: int = 1
    due: float = 0
    token: int = 0
    attempts: int = 0
    total: int = 0
    expires: float = 0


@dataclass
class Modelling:
    """What the model knows of a job."""

    items: dict[str, Modelled] = field(default_factory=dict)
    cancel_requested: bool = False


class LeaseMachine(RuleBasedStateMachine):
    """One job, workers of two lanes, and a clock."""

    def __init__(self, records: Records, kb: KnowledgeBase) -> None:
        super().__init__()
        self.records, self.kb = records, kb
        self.now = 0.0
        self.model = Modelling()
        self.given: list[Lease] = []
        self.job_id, self.sequence = "", -1

    @initialize(
        documents=st.lists(
            st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["acquire", "compute"])),
            min_size=1,
            max_size=6,
        )
    )
    def submit(self, documents: list[tuple[str | None, str]]) -> None:
        job = f"machine-{next(_examples)}"
        items = []
        for ordinal, (name, lane) in enumerate(documents):
            document_id = name and content_id("document", job, name)
            items.append(new_item(ordinal, job, document_id=document_id, lane=lane))
            self.model.items[items[-1].id] = Modelled(ordinal, document_id, lane)
        self.job_id = seed_job(self.records, self.kb, items, at=moment(0))

    @rule(seconds=st.sampled_from([1, 4, 15]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule(lane=st.sampled_from(["acquire", "compute"]))
    def claim(self, lane: str) -> None:
        with self.records.bookkeeping() as connection:
            found = leases.claim(
                connection, ANA.key, lane, "w", moment(self.now), moment(self.now + LEASE)
            )
        expected = self._next(lane)
        assert (found and found.lease.item_id) == expected
        if found is None or expected is None:
            return
        item = self.model.items[expected]
        item.state, item.expires = ItemState.RUNNING, self.now + LEASE
        item.token += 1
        item.attempts += 1
        item.total += 1
        assert found.lease == Lease(expected, self.job_id, item.token)
        assert found.attempts == item.attempts
        self.given.append(found.lease)

    @rule(data=st.data())
    def beat(self, data: st.DataObject) -> None:
        lease = self._lease(data)
        if lease is None:
            return
        with self.records.bookkeeping() as connection:
            wanted = leases.beat(connection, lease, moment(self.now + LEASE), None)
        item = self.model.items[lease.item_id]
        own = self._own(lease)
        assert wanted == (own and not self.model.cancel_requested)
        if own:
            item.expires = self.now + LEASE

    @rule(data=st.data())
    def advance(self, data: st.DataObject) -> None:
        item = self._commit(
            data,
            lambda connection, lease: leases.advance(
                connection, lease, Stage.PARSED, artifact="x", seconds=1
            ),
        )
        if item is not None:
            item.attempts = 1
            item.total += 1

    @rule(data=st.data(), lane=st.sampled_from(["acquire", "compute"]))
    def hand_on(self, data: st.DataObject, lane: str) -> None:
        item = self._commit(
            data,
            lambda connection, lease: leases.hand_on(connection, lease, lane, moment(self.now)),
        )
        if item is not None:
            item.state, item.lane, item.due = ItemState.QUEUED, lane, self.now
            item.attempts = 0
            item.total -= 1

    @rule(data=st.data(), later=st.sampled_from([0, 3]), failed=st.booleans())
    def put_back(self, data: st.DataObject, later: int, failed: bool) -> None:
        due = self.now + later
        item = self._commit(
            data,
            lambda connection, lease: leases.put_back(
                connection, lease, moment(due), NO if failed else None
            ),
        )
        if item is not None:
            self._back(item, due, failed=failed)

    @rule(data=st.data(), how=st.sampled_from(["succeed", "fail", "cancel"]))
    def end(self, data: st.DataObject, how: str) -> None:
        at = moment(self.now)
        item = self._commit(
            data,
            {
                "succeed": lambda c, lease: leases.succeed(c, lease, Outcome.CREATED, at),
                "fail": lambda c, lease: leases.fail(c, lease, NO, at),
                "cancel": lambda c, lease: leases.cancel(c, lease, at, None),
            }[how],
        )
        if item is not None:
            item.state = {
                "succeed": ItemState.SUCCEEDED,
                "fail": ItemState.FAILED,
                "cancel": ItemState.CANCELLED,
            }[how]

    @rule()
    def end_expired(self) -> None:
        with self.records.read() as connection:
            found = leases.expired(connection, moment(self.now), ())
        assert {one.lease.item_id for one in found} == {
            name
            for name, item in self.model.items.items()
            if item.state is ItemState.RUNNING and item.expires < self.now
        }
        for one in found:
            with self.records.bookkeeping() as connection:
                leases.put_back(connection, one.lease, moment(self.now), NO)
            self._back(self.model.items[one.lease.item_id], self.now, failed=True)

    @rule()
    def cancel_job(self) -> None:
        with self.records.bookkeeping() as connection:
            open_before = self._open() > 0
            jobs.request_cancel(connection, self.job_id)
            job_documents.cancel_waiting(connection, self.job_id, moment(self.now))
            jobs.settle(connection, self.job_id, moment(self.now))
        self.model.cancel_requested |= open_before
        for item in self.model.items.values():
            if item.state is ItemState.QUEUED:
                item.state = ItemState.CANCELLED

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        named = data.draw(st.sets(st.sampled_from(sorted(self.model.items))))
        ended = self._open() == 0
        with self.records.bookkeeping() as connection:
            count = job_documents.retry(connection, self.job_id, sorted(named), moment(self.now))
        again = [
            item
            for name, item in self.model.items.items()
            if name in named and item.state is ItemState.FAILED
        ]
        assert count == len(again)
        if again and ended:
            self.model.cancel_requested = False
        for item in again:
            item.state, item.attempts, item.due = ItemState.QUEUED, 0, self.now

    @invariant()
    def records_say_what_the_model_says(self) -> None:
        if not self.job_id:
            return
        with self.records.read() as connection:
            stored = jobs.find(connection, ANA, self.job_id)
            tallies = jobs.tallies(connection, [self.job_id])
            rows = {name: row_of(connection, name) for name in self.model.items}
        for name, item in self.model.items.items():
            row = rows[name]
            assert (
                row["state"], row["lease_token"], row["attempts"], row["total_attempts"],
                row["lane"], row["priority"],
            ) == (
                item.state, item.token, item.attempts, item.total, item.lane, item.priority,
            )  # fmt: skip
            assert (row["lease_expires_at"] is not None) == (item.state is ItemState.RUNNING)
            assert (row["finished_at"] is not None) == (item.state in ENDED_ITEMS)
            assert item.attempts >= 0
            assert item.total >= 0
        assert sum(tally.documents for tally in tallies) == len(self.model.items)
        held = Counter(
            row["document_id"]
            for row in rows.values()
            if row["state"] == ItemState.RUNNING and row["document_id"] is not None
        )
        assert all(number == 1 for number in held.values()), held
        self._check_job(stored)

    def _check_job(self, stored: jobs.StoredJob) -> None:
        states = Counter(item.state.value for item in self.model.items.values())
        if self._open():
            assert stored.state in (JobState.QUEUED, JobState.RUNNING)
            assert stored.finished_at is None
        else:
            assert stored.state in ENDED_JOBS
            assert stored.state is jobs.ended_state(states)
            assert stored.finished_at is not None
        assert stored.cancel_requested == self.model.cancel_requested
        assert stored.sequence >= self.sequence
        self.sequence = stored.sequence

    def teardown(self) -> None:
        """Do what is left, as workers would: everything ends."""
        if not self.job_id:
            return
        self.now += 100
        for _ in range(2 * len(self.model.items) + 1):
            self.end_expired()
            for lane in ("acquire", "compute"):
                with self.records.bookkeeping() as connection:
                    found = leases.claim(
                        connection, ANA.key, lane, "w", moment(self.now), moment(self.now)
                    )
                    if found is not None:
                        leases.succeed(connection, found.lease, Outcome.CREATED, moment(self.now))
                        self.model.items[found.lease.item_id].state = ItemState.SUCCEEDED
        with self.records.read() as connection:
            assert jobs.find(connection, ANA, self.job_id).state in ENDED_JOBS
        assert self._open() == 0

    def _commit(self, data: st.DataObject, change: Change) -> Modelled | None:
        """Commit under any lease that was ever given; an old one is refused and changes nothing."""
        lease = self._lease(data)
        if lease is None:
            return None
        own = self._own(lease)
        try:
            with self.records.bookkeeping() as connection:
                change(connection, lease)
        except LeaseLost:
            assert not own
            return None
        assert own
        return self.model.items[lease.item_id]

    def _lease(self, data: st.DataObject) -> Lease | None:
        return data.draw(st.sampled_from(self.given)) if self.given else None

    def _own(self, lease: Lease) -> bool:
        item = self.model.items[lease.item_id]
        return item.state is ItemState.RUNNING and item.token == lease.token

    def _back(self, item: Modelled, due: float, *, failed: bool) -> None:
        item.state, item.due = ItemState.QUEUED, due
        if failed:
            item.priority = 11
        else:
            item.attempts -= 1
            item.total -= 1

    def _open(self) -> int:
        return sum(item.state not in ENDED_ITEMS for item in self.model.items.values())

    def _next(self, lane: str) -> str | None:
        busy = {
            item.document_id
            for item in self.model.items.values()
            if item.state is ItemState.RUNNING and item.document_id is not None
        }
        due = [
            (item.priority, item.due, item.ordinal, name)
            for name, item in self.model.items.items()
            if item.state is ItemState.QUEUED
            and item.lane == lane
            and item.due <= self.now
            and item.document_id not in busy
        ]
        return min(due)[3] if due else None


@pytest.mark.slow
def test_no_order_of_events_loses_a_document_or_gives_it_twice(tmp_path: Path) -> None:
    records = SqliteHome(tmp_path).open()
    kb = seed_knowledge_base(records)
    try:
        run_state_machine_as_test(
            lambda: LeaseMachine(records, kb),  # type: ignore[arg-type]  # any factory will do
            settings=settings(
                max_examples=40,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        records.close()
