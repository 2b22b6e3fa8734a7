"""The line: workspaces take turns, and fetching does not run far ahead of computing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from catalystindex.jobs import line as line_module
from catalystindex.jobs.line import Line
from catalystindex.jobs.roster import FORGOTTEN_AFTER, Roster, counted, stored_worker, warnings_of
from catalystindex.model.clock import FixedClock
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.model.tenant import Tenant
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import job_documents, jobs, leases
from catalystindex.stores.records.engine import Records, open_sqlite
from support.jobs import moment, new_item, seed_job
from support.stores import ANA, BEA, NOON, seed_knowledge_base


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def records(tmp_path: Path, clock: FixedClock) -> Iterator[Records]:
    opened = open_sqlite(tmp_path, clock, 20)
    yield opened
    opened.close()


@pytest.fixture
def kb(records: Records) -> KnowledgeBase:
    return seed_knowledge_base(records)


def submit(
    records: Records, kb: KnowledgeBase, tenant: Tenant, count: int, lane: str = "compute"
) -> str:
    name = f"{tenant.key}-{lane}"
    return seed_job(
        records, kb, [new_item(n, name, lane=lane) for n in range(count)], tenant=tenant
    )


def test_workspaces_take_turns(records: Records, kb: KnowledgeBase) -> None:
    submit(records, kb, ANA, 4)
    submit(records, kb, BEA, 2)
    line = Line(records, 10)
    order = []
    while (found := line.take(Lane.COMPUTE, "w")) is not None:
        order.append(found.tenant_key)
    assert order == [ANA.key, BEA.key, ANA.key, BEA.key, ANA.key, ANA.key]


def test_a_workspace_that_comes_late_does_not_wait_for_what_was_there_before(
    records: Records, kb: KnowledgeBase
) -> None:
    submit(records, kb, ANA, 50)
    line = Line(records, 10)
    for _ in range(20):
        line.take(Lane.COMPUTE, "w")
    submit(records, kb, BEA, 1)
    found = line.take(Lane.COMPUTE, "w")
    assert found is not None
    assert found.tenant_key == BEA.key


def test_a_lease_is_as_long_as_the_settings_say(records: Records, kb: KnowledgeBase) -> None:
    submit(records, kb, ANA, 1)
    line = Line(records, 10)
    assert line.take(Lane.COMPUTE, "w") is not None
    assert line.until() == moment(10)
    with records.read() as connection:
        assert leases.expired(connection, moment(10), ()) == []
        assert len(leases.expired(connection, moment(10.001), ())) == 1


def test_fetching_waits_for_computing_workspace_by_workspace(
    records: Records, kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "ACQUIRE_AHEAD", 3)
    submit(records, kb, ANA, 3)
    submit(records, kb, ANA, 1, "acquire")
    submit(records, kb, BEA, 1, "acquire")
    line = Line(records, 10)
    found = line.take(Lane.ACQUIRE, "w")
    assert found is not None
    assert found.tenant_key == BEA.key
    assert line.take(Lane.ACQUIRE, "w") is None
    computed = line.take(Lane.COMPUTE, "w")
    assert computed is not None
    assert line.take(Lane.ACQUIRE, "w") is not None


def test_what_waits_for_another_attempt_does_not_keep_others_from_being_fetched(
    records: Records, kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "ACQUIRE_AHEAD", 1)
    submit(records, kb, ANA, 1)
    submit(records, kb, ANA, 1, "acquire")
    line = Line(records, 10)
    in_work = line.take(Lane.COMPUTE, "w")
    assert in_work is not None
    with records.bookkeeping() as connection:
        leases.put_back(connection, in_work.lease, moment(60), None, behind=True)
    assert line.take(Lane.ACQUIRE, "w") is not None


def test_what_a_store_could_not_take_goes_behind_the_others(
    records: Records, kb: KnowledgeBase
) -> None:
    submit(records, kb, ANA, 2)
    line = Line(records, 10)
    first = line.take(Lane.COMPUTE, "w")
    assert first is not None
    with records.bookkeeping() as connection:
        leases.put_back(connection, first.lease, moment(0), None, behind=True)
    second, again = line.take(Lane.COMPUTE, "w"), line.take(Lane.COMPUTE, "w")
    assert second is not None
    assert again is not None
    assert (second.lease.item_id != first.lease.item_id, again.attempts) == (True, 1)


def test_nothing_is_taken_of_a_job_that_was_ended(records: Records, kb: KnowledgeBase) -> None:
    job_id = submit(records, kb, ANA, 1)
    with records.bookkeeping() as connection:
        job_documents.cancel_waiting(connection, job_id, moment(0))
        jobs.settle(connection, job_id, moment(0))
    assert Line(records, 10).take(Lane.COMPUTE, "w") is None


class TestRoster:
    def test_a_worker_lives_while_it_is_heard_of(self, records: Records, clock: FixedClock) -> None:
        roster = Roster(records, 10)
        roster.hear(["local-compute-0"], Lane.COMPUTE)
        roster.hear(["local-acquire-0"], Lane.ACQUIRE)
        roster.hear_remote(stored_worker(clock, "remote-1", "host" * 100, 7, NOON))
        clock.advance(timedelta(seconds=20))
        assert all(one.live for one in roster.everyone())
        roster.hear(["local-compute-0"], Lane.COMPUTE)
        clock.advance(timedelta(seconds=1))
        everyone = {one.id: one for one in roster.everyone()}
        assert {name: one.live for name, one in everyone.items()} == {
            "local-compute-0": True, "local-acquire-0": False, "remote-1": False,
        }  # fmt: skip
        assert everyone["local-compute-0"].started_at == NOON
        assert everyone["local-compute-0"].heartbeat_at == NOON + timedelta(seconds=20)
        assert len(everyone["remote-1"].host) == 255
        assert counted(list(everyone.values())) == {
            ("local", "live"): 1, ("remote", "stale"): 1,
        }  # fmt: skip

    def test_who_has_something_in_hand_is_busy(self, records: Records, kb: KnowledgeBase) -> None:
        roster = Roster(records, 10)
        roster.hear(["local-a", "local-b"], Lane.COMPUTE)
        submit(records, kb, ANA, 1)
        Line(records, 10).take(Lane.COMPUTE, "local-a")
        assert [one.busy for one in roster.everyone()] == [True, False]
        assert counted(roster.everyone()) == {("local", "live"): 2, ("local", "busy"): 1}

    def test_an_owner_begins_without_the_workers_of_the_one_before(
        self, records: Records, kb: KnowledgeBase, clock: FixedClock
    ) -> None:
        roster = Roster(records, 10)
        roster.hear(["local-a"], Lane.COMPUTE)
        roster.hear_remote(stored_worker(clock, "remote-1", "host", 7, NOON))
        submit(records, kb, ANA, 2)
        line = Line(records, 10)
        for name in ("local-a", "remote-1"):
            line.take(Lane.COMPUTE, name)
        Roster(records, 10).start_anew()
        assert [one.id for one in roster.everyone()] == ["remote-1"]
        with records.read() as connection:
            (gone,) = leases.expired(connection, moment(0.001), ())
        assert gone.holder == "local-a"

    def test_who_is_silent_for_long_or_says_goodbye_is_forgotten(
        self, records: Records, clock: FixedClock
    ) -> None:
        roster = Roster(records, 10)
        for name in ("remote-1", "remote-2"):
            roster.hear_remote(stored_worker(clock, name, "host", 7, NOON))
        roster.say_goodbye(["remote-2"])
        roster.tidy()
        assert [one.id for one in roster.everyone()] == ["remote-1"]
        clock.advance(FORGOTTEN_AFTER + timedelta(seconds=1))
        roster.tidy()
        assert roster.everyone() == []

    def test_what_keeps_jobs_from_going_on_is_told(
        self, records: Records, clock: FixedClock
    ) -> None:
        roster = Roster(records, 10)
        roster.hear(["local-acquire-0"], Lane.ACQUIRE)
        codes = [one.code for one in warnings_of(roster.everyone(), reachable=False)]
        assert codes == ["queue.unreachable", "workers.none_live"]
        roster.hear_remote(stored_worker(clock, "remote-1", "host", 7, NOON))
        assert warnings_of(roster.everyone(), reachable=True) == []
