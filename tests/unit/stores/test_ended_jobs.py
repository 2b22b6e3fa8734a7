"""Jobs that have ended: what they came to is kept with them, and they are forgotten in time."""

import pytest

from catalystindex.model.errors import JobNotFound
from catalystindex.model.job import ErrorClass, ItemProblem, Outcome
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import job_documents, jobs, leases
from catalystindex.stores.records.engine import Records
from support.jobs import moment, new_item, seed_job
from support.stores import ANA

BROKEN = ItemProblem(code="document.corrupt", detail="It is.", error_class=ErrorClass.PERMANENT)


def run(records: Records, *, fails: bool = False, at: float = 10) -> None:
    """Take the next document in line to its end."""
    with records.housekeeping() as connection:
        item = leases.claim(connection, ANA.key, "compute", "w", moment(at), moment(at + 10))
        assert item is not None
        if fails:
            leases.fail(connection, item.lease, BROKEN, moment(at))
        else:
            leases.succeed(connection, item.lease, Outcome.CREATED, moment(at), 1.0)


def tallies(records: Records, job_id: str) -> list[jobs.Tally]:
    with records.read() as connection:
        return jobs.tallies(connection, [job_id])


def test_what_an_ended_job_came_to_is_what_its_documents_say(
    records: Records, kb: KnowledgeBase
) -> None:
    job_id = seed_job(records, kb, [new_item(0, "a"), new_item(1, "a")])
    run(records)
    run(records, fails=True)
    with records.read() as connection:
        assert tallies(records, job_id) == jobs._counted(connection, [job_id])
    assert sorted(tally.state for tally in tallies(records, job_id)) == ["failed", "succeeded"]


def test_a_retry_is_counted_as_it_goes(records: Records, kb: KnowledgeBase) -> None:
    item = new_item(0, "b")
    job_id = seed_job(records, kb, [item])
    run(records, fails=True)
    with records.housekeeping() as connection:
        job_documents.retry(connection, job_id, [item.id], moment(20))
    assert [tally.state for tally in tallies(records, job_id)] == ["queued"]
    run(records, at=30)
    assert [tally.state for tally in tallies(records, job_id)] == ["succeeded"]


def test_a_deleted_document_is_counted_anew_in_a_job_that_has_ended(
    records: Records, kb: KnowledgeBase
) -> None:
    item = new_item(0, "c")
    job_id = seed_job(records, kb, [item])
    run(records, fails=True)
    with records.housekeeping() as connection:
        job_documents.forget_document(connection, ANA, str(item.document_id), moment(20))
    assert [tally.state for tally in tallies(records, job_id)] == ["cancelled"]


def test_jobs_are_forgotten_when_they_ended_long_ago_those_with_dead_letters_later(
    records: Records, kb: KnowledgeBase
) -> None:
    well, ill, waits = (seed_job(records, kb, [new_item(0, name)]) for name in "def")
    run(records)
    run(records, fails=True)

    def forget(before: float, failed_before: float) -> list[str]:
        with records.housekeeping() as connection:
            gone = jobs.forget_ended(connection, moment(before), moment(failed_before), 10)
            assert all((tenant, base) == (ANA.key, kb.id) for tenant, base, _ in gone)
            return [job for *_, job in gone]

    with records.read() as connection:
        assert not jobs.any_ended(connection, moment(5))
        assert jobs.any_ended(connection, moment(11))
    assert forget(5, 5) == []
    assert forget(11, 5) == [well]
    assert forget(1000, 1000) == [ill]
    with records.read() as connection:
        assert jobs.find(connection, ANA, waits).finished_at is None
        with pytest.raises(JobNotFound):
            jobs.find(connection, ANA, well)
