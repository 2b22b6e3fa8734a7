"""`catalystctl jobs`: what was submitted, how far it is, and what went wrong."""

from itertools import islice
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected, session_of
from catalystindex.cli.finding import find_job
from catalystindex.cli.following import follow, print_warnings
from catalystindex.cli.job_text import (
    DOCUMENT_COLUMNS,
    JOB_COLUMNS,
    counts_text,
    document_row,
    exit_code,
    job_lines,
    job_row,
)
from catalystindex.cli.output import counted, print_json, print_lines, print_table
from catalystindex.model.job import ENDED_JOBS, ErrorClass, ItemState, Job, JobState

app = typer.Typer(no_args_is_help=True, help="List, show, follow, retry and cancel jobs.")

JobId = Annotated[str, typer.Argument(help="Id of the job, or its first characters.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Most of them to show.")]

WATCH_EXAMPLES = """Example: catalystctl jobs watch 6f1c && catalystctl docs list --kb cases

Exit code 0: all documents succeeded. 3: some failed. 4: the job was cancelled. Ctrl-C stops the
watching, not the job."""
LIST_EXAMPLES = "Example: catalystctl jobs list --state running --kb cases"
DOCUMENTS_EXAMPLES = "Example: catalystctl jobs documents 6f1c --state failed"
RETRY_EXAMPLES = """Examples:

catalystctl jobs retry 6f1c

catalystctl jobs retry 6f1c --document 0a3b5c77d1e24f6f9f0b8a3e6c1d2e3f"""


@app.command("list", epilog=LIST_EXAMPLES)
def list_all(
    context: typer.Context,
    state: Annotated[JobState | None, typer.Option(help="Only in this state.")] = None,
    kb: Annotated[str | None, typer.Option(help="Only of this knowledge base.")] = None,
    limit: Limit = 50,
    *,
    as_json: JsonOption = False,
) -> None:
    """List jobs, newest first."""
    with connected(context) as client:
        found = list(islice(client.jobs.all(state=state, knowledge_base=kb), limit))
    if as_json:
        print_json(found)
    elif found:
        print_table(JOB_COLUMNS, [job_row(job) for job in found])
    else:
        print_lines("There are no such jobs." if state or kb else "There are no jobs yet.")


@app.command("show")
def show(context: typer.Context, job: JobId, *, as_json: JsonOption = False) -> None:
    """Show one job and how far it is."""
    with connected(context) as client:
        found = find_job(client, job)
    if as_json:
        print_json(found)
    else:
        print_lines(*job_lines(found))


@app.command("documents", epilog=DOCUMENTS_EXAMPLES)
def documents(
    context: typer.Context,
    job: JobId,
    state: Annotated[ItemState | None, typer.Option(help="Only in this state.")] = None,
    error_class: Annotated[
        ErrorClass | None, typer.Option(help="Only with a problem of this class.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Only with this error code.")] = None,
    limit: Limit = 200,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the documents of a job, in the order they were submitted."""
    with connected(context) as client:
        found_job = find_job(client, job)
        walked = client.jobs.documents(
            found_job.id, state=state, error_class=error_class, code=code
        )
        found = list(islice(walked, limit))
    if as_json:
        print_json(found)
    elif found:
        print_table(DOCUMENT_COLUMNS, [document_row(item) for item in found])
    else:
        print_lines(f"The job has no such documents; it has {counts_text(found_job) or 'none'}.")


@app.command("watch", epilog=WATCH_EXAMPLES)
def watch(context: typer.Context, job: JobId, *, as_json: JsonOption = False) -> None:
    """Follow a job to its end: live on a terminal, in lines elsewhere."""
    with connected(context) as client:
        found = find_job(client, job)
        print_warnings([found])
        alone = session_of(context).alone
        (ended,) = follow(client, [found], alone=alone, talks=not as_json)
    if as_json:
        print_json(ended)
    else:
        print_lines(said(ended))
    raise typer.Exit(exit_code([ended]))


@app.command("retry", epilog=RETRY_EXAMPLES)
def retry(
    context: typer.Context,
    job: JobId,
    document: Annotated[
        list[str] | None, typer.Option(help="Id of one that failed; repeatable. Default: all.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Put the failed documents of a job back in line; each goes on at the stage that failed."""
    with connected(context) as client:
        found = find_job(client, job)
        retried = client.jobs.retry(found.id, document or [])
    if as_json:
        print_json(retried)
    else:
        print_lines(f"{counted(retried.retried, 'document')} back in line.")


@app.command("cancel")
def cancel(context: typer.Context, job: JobId, *, as_json: JsonOption = False) -> None:
    """Cancel what of a job has not ended. Documents that were ingested stay."""
    with connected(context) as client:
        cancelled = client.jobs.cancel(find_job(client, job).id)
    if as_json:
        print_json(cancelled)
    else:
        print_lines(said(cancelled))


def said(job: Job) -> str:
    """Return a job in one sentence."""
    cancelling = job.cancel_requested and job.state not in ENDED_JOBS
    state = "being cancelled" if cancelling else job.state.value
    return f"Job {job.id} is {state}: {counts_text(job) or 'no documents'}."
