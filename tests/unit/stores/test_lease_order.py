"""Where in line a document goes that is tried again."""

from datetime import timedelta

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.library import document_id_of
from catalystindex.jobs.planning import BULK, item_id
from catalystindex.model.job import ErrorClass, ItemProblem
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import job_documents, jobs, leases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import NewItem
from catalystindex.stores.records.jobs import NewJob
from support.stores import ANA, AT, NOON

LATER = timestamp(NOON + timedelta(seconds=1))
MUCH_LATER = timestamp(NOON + timedelta(seconds=60))
GONE = ItemProblem(
    code="document.processing_failed", detail="It is gone.", error_class=ErrorClass.TRANSIENT
)


def submitted(records: Records, kb: KnowledgeBase, count: int) -> list[str]:
    """Submit a job of several documents; return their ids in the order of their turn."""
    items = [
        NewItem(
            id=item_id("job", number),
            ordinal=number,
            kind="url",
            place=f"https://a.example/{number}",
            source={},
            key=str(number),
            title=None,
            metadata={},
            policy=None,
            force=False,
            lane=Lane.COMPUTE,
            priority=BULK,
            document_id=document_id_of(ANA, kb.id, str(number)),
        )
        for number in range(count)
    ]
    with records.change(ANA, action("job.submit", "job")) as connection:
        jobs.add(connection, ANA, NewJob("job", kb.id, ""), AT)
        job_documents.add(connection, ANA, "job", kb.id, items, AT)
    return [item.id for item in items]


def order_after(records: Records, *, ahead: bool) -> list[str]:
    """Put the first document back; return who is taken from then on."""
    taken: list[str] = []
    with records.bookkeeping() as connection:
        first = leases.claim(connection, ANA.key, Lane.COMPUTE, "w", AT, MUCH_LATER)
        assert first is not None
        leases.put_back(connection, first.lease, LATER, GONE, ahead=ahead)
        while found := leases.claim(connection, ANA.key, Lane.COMPUTE, "w", LATER, MUCH_LATER):
            taken.append(found.lease.item_id)
    return taken


def test_what_failed_is_tried_again_after_all_that_waits(
    records: Records, kb: KnowledgeBase
) -> None:
    ids = submitted(records, kb, 3)
    assert order_after(records, ahead=False) == [ids[1], ids[2], ids[0]]


def test_what_is_put_back_ahead_goes_on_before_all_that_waits(
    records: Records, kb: KnowledgeBase
) -> None:
    ids = submitted(records, kb, 3)
    assert order_after(records, ahead=True) == ids
