"""What became of the documents of a command: a line each, or JSON."""

from collections.abc import Iterable, Mapping, Sequence

from catalystindex.cli.output import counted, print_json, print_lines
from catalystindex.cli.submitting import Outcome
from catalystindex.model.errors import DocumentNotFound
from catalystindex.model.job import ItemState, Job, JobDocument
from catalystindex.model.job import Outcome as Came
from catalystindex.model.paging import MAX_PAGE
from catalystindex.sdk import Client

WORDS = {Came.UNCHANGED: "unchanged"}
"""Of documents that succeeded; any other is ``indexed``."""


def outcomes_of(client: Client, kb: str, jobs: Sequence[Job]) -> list[Outcome]:
    """Return what became of each document of jobs that have ended; listings are left out."""
    items = [item for job in jobs for item in client.jobs.documents(job.id)]
    told = [item for item in items if item.outcome is not Came.LISTED]
    done = [one for one in told if one.state is ItemState.SUCCEEDED]
    chunks = _chunks(client, kb, [one.document_id for one in done if one.document_id])
    return [_outcome(item, chunks) for item in told]


def print_outcomes(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """Print a line for each document and one for all."""
    if as_json:
        print_json([vars(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        print_lines(_line(outcome))
    done = sum(outcome.code is None for outcome in outcomes)
    print_lines(f"{done} of {counted(len(outcomes), 'document')} ingested.")


def _line(outcome: Outcome) -> str:
    if outcome.code:
        return f"{outcome.status:<8} {outcome.path}: {outcome.detail} [{outcome.code}]"
    return f"{outcome.status:<8} {outcome.path} ({counted(outcome.chunks, 'chunk')})"


def _outcome(item: JobDocument, chunks: Mapping[str, int]) -> Outcome:
    path = item.key or item.place
    if item.state is ItemState.SUCCEEDED:
        status = WORDS.get(item.outcome, "indexed") if item.outcome else "indexed"
        number = chunks.get(item.document_id or "", 0)
        return Outcome(path, item.document_id, status, number, job=item.job_id)
    code, detail = "job.cancelled", "The job was cancelled."
    if item.problem is not None:
        code, detail = item.problem.code, item.problem.detail
    status = item.state.value
    return Outcome(path, item.document_id, status, 0, code, detail, job=item.job_id)


def _chunks(client: Client, kb: str, ids: Sequence[str]) -> dict[str, int]:
    """Return how many chunks each document has.

    One by one, or by a walk through the knowledge base, whichever takes fewer requests.
    """
    if not ids:
        return {}
    if len(ids) <= 1 + client.knowledge_bases.get(kb).documents // MAX_PAGE:
        return dict(_one_by_one(client, ids))
    wanted = frozenset(ids)
    walked = client.documents.all(knowledge_base=kb)
    return {document.id: document.chunks for document in walked if document.id in wanted}


def _one_by_one(client: Client, ids: Sequence[str]) -> Iterable[tuple[str, int]]:
    for identifier in ids:
        try:
            yield identifier, client.documents.get(identifier).chunks
        except DocumentNotFound:
            continue  # deleted since: it was ingested, and there is nothing of it to count
