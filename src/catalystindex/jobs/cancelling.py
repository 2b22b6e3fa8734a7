"""Ending what waits in a job that was cancelled."""

from sqlalchemy import Connection

from catalystindex.stores.records import job_documents, jobs, processing


def end_waiting(connection: Connection, job_id: str, at: str) -> list[str | None]:
    """End what waits in a job, and the job if nothing of it is in hand.

    Returns the document of each that ended; None for one that had none yet.
    """
    given_up = job_documents.cancel_waiting(connection, job_id, at)
    for document_id, version_id in given_up:
        if document_id is not None and version_id is not None:
            processing.mark_cancelled(connection, document_id, version_id, at)
    jobs.settle(connection, job_id, at)
    return [document_id for document_id, _ in given_up]
