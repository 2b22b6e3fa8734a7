"""`catalystctl ingest`: files, folders and places elsewhere into a knowledge base."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected, program, session_of
from catalystindex.cli.exit_codes import CANCELLED, SOME_FAILED
from catalystindex.cli.following import follow, print_warnings
from catalystindex.cli.options import parse_pairs
from catalystindex.cli.outcomes import outcomes_of, print_outcomes
from catalystindex.cli.output import counted, print_json, print_lines, progress
from catalystindex.cli.sources import (
    CrawlOption,
    ExcludeOption,
    FolderOption,
    IncludeOption,
    ListingLimit,
    MapOption,
    Places,
    S3Option,
    ScrapeOption,
    UrlOption,
)
from catalystindex.cli.submitting import Outcome, Submission, Wanted, refused, shown
from catalystindex.model.errors import (
    DocumentError,
    InvalidRequest,
    KnowledgeBaseNotFound,
    PayloadTooLarge,
    ProcessingFailed,
    WorkCancelled,
)
from catalystindex.model.job import BulkDocument, ItemState
from catalystindex.sdk import Client

EXAMPLES = """Examples:

catalystctl ingest ~/case-417 --kb cases --create

catalystctl ingest --kb cases --s3 s3://kyc-files/2025/ --include '**/*.pdf'

catalystctl ingest memo.md --kb cases --crawl https://example.com/ --limit 50 --no-wait

Exit code 0: all were ingested. 3: some could not be, each with its reason. 4: the job was
cancelled."""

KbOption = Annotated[str, typer.Option(help="Knowledge base to ingest into.")]
Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files, or folders to look through.", exists=True)
]
MetaOption = Annotated[
    list[str] | None,
    typer.Option(help="Metadata as key=value; repeatable; a key given twice makes a list."),
]
PolicyOption = Annotated[
    str | None, typer.Option(help="Chunking policy; see `catalystctl policies list`.")
]
LabelOption = Annotated[str, typer.Option(help="Name of the job, for people.")]
CreateOption = Annotated[
    bool, typer.Option("--create", help="Make the knowledge base if there is none.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Do unchanged documents again too.")]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="Return when documents are accepted.")
]
SyncOption = Annotated[
    bool, typer.Option("--sync", help="One file after the other, each waited for; no job to watch.")
]


def ingest(
    context: typer.Context,
    kb: KbOption,
    paths: Paths = None,
    meta: MetaOption = None,
    policy: PolicyOption = None,
    label: LabelOption = "",
    *,
    url: UrlOption = None,
    s3: S3Option = None,
    server_folder: FolderOption = None,
    crawl: CrawlOption = None,
    site_map: MapOption = None,
    scrape: ScrapeOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    limit: ListingLimit = None,
    create: CreateOption = False,
    force: ForceOption = False,
    no_wait: NoWaitOption = False,
    sync: SyncOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ingest files, folders and places elsewhere. One that fails does not stop the others.

    Documents are known by their path or address as given: ingesting a changed one again makes a
    new version, an unchanged one is recognised and costs nothing.
    """
    documents = Places(
        _given(url), _given(s3), _given(server_folder), _given(crawl), _given(site_map),
        _given(scrape), _given(include), _given(exclude), limit,
    ).documents()  # fmt: skip
    files = _files(paths or [], documents)
    _check_ways(documents, sync=sync, no_wait=no_wait)
    wanted = Wanted(kb, parse_pairs(meta or []), policy, force, label)
    with connected(context, creates=create) as client:
        if create:
            make_if_missing(client, kb)
        if sync:
            outcomes = _one_by_one(client, wanted, files)
        else:
            submission = _submitted(client, wanted, files, documents)
            if no_wait:
                _report_accepted(submission, as_json=as_json)
                return
            outcomes = _followed(context, client, kb, files, submission)
    print_outcomes(outcomes, as_json=as_json)
    raise typer.Exit(_exit_code(outcomes))


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files named and those in the folders named, hidden ones left out, each once."""
    seen: set[Path] = set()
    for path in paths:
        for file in _files_of(path):
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _files_of(path: Path) -> list[Path]:
    """Return the files below a folder, hidden ones left out. What they are, the server says."""
    if not path.is_dir():
        return [path]
    below = (file for file in path.rglob("*") if file.is_file() or file.is_symlink())
    seen = [file for file in below if not _is_hidden(file.relative_to(path))]
    return sorted(file for file in seen if not file.is_dir())


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def make_if_missing(client: Client, name: str) -> None:
    """Make a knowledge base unless it exists."""
    try:
        client.knowledge_bases.get(name)
    except KnowledgeBaseNotFound:
        client.knowledge_bases.create(name)


def _files(paths: Sequence[Path], documents: Sequence[BulkDocument]) -> list[Path]:
    if not paths and not documents:
        raise typer.BadParameter("name files, folders, or places such as --url and --s3")
    files = list(find_files(paths))
    if paths and not files:
        raise InvalidRequest("There are no files in what was named.")
    return files


def _check_ways(documents: Sequence[BulkDocument], *, sync: bool, no_wait: bool) -> None:
    if sync and no_wait:
        raise typer.BadParameter("--sync waits and --no-wait does not")
    if sync and documents:
        raise typer.BadParameter("--sync is for files of this machine")


def _submitted(
    client: Client, wanted: Wanted, files: Sequence[Path], documents: Sequence[BulkDocument]
) -> Submission:
    with progress("Submitting", len(files)) as bar:
        submission = Submission(client, wanted, lambda count: bar.advance(bar.task_ids[0], count))
        submission.submit(files, documents)
    print_warnings(submission.jobs)
    return submission


def _given(values: list[str] | None) -> list[str]:
    return values or []


def _followed(
    context: typer.Context,
    client: Client,
    kb: str,
    files: Sequence[Path],
    submission: Submission,
) -> list[Outcome]:
    """Follow jobs to their end; return what became of every file, in the order they were named."""
    jobs = follow(client, submission.jobs, alone=session_of(context).alone)
    return _in_order(files, [*submission.refused, *outcomes_of(client, kb, jobs)])


def _report_accepted(submission: Submission, *, as_json: bool) -> None:
    """Tell which jobs were made. Exits with `SOME_FAILED` if files were refused."""
    if as_json:
        refusals = [vars(outcome) for outcome in submission.refused]
        print_json({"jobs": submission.jobs, "refused": refusals})
    else:
        print_lines(*_accepted_lines(submission))
    if submission.refused:
        raise typer.Exit(SOME_FAILED)


def _accepted_lines(submission: Submission) -> Iterator[str]:
    for outcome in submission.refused:
        yield f"failed   {outcome.path}: {outcome.detail} [{outcome.code}]"
    for job in submission.jobs:
        yield f"accepted {counted(job.total, 'document')} as job {job.id}"
    if submission.jobs:
        yield f"Follow with: {program()} jobs watch {submission.jobs[-1].id}"


def _in_order(files: Sequence[Path], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return outcomes in the order of their files; those of other places follow."""
    place = {shown(file): number for number, file in enumerate(files)}
    return sorted(outcomes, key=lambda outcome: place.get(outcome.path, len(place)))


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    if any(outcome.code and outcome.status != ItemState.CANCELLED for outcome in outcomes):
        return SOME_FAILED
    return CANCELLED if any(outcome.code for outcome in outcomes) else 0


def _one_by_one(client: Client, wanted: Wanted, files: Sequence[Path]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with progress("Ingesting", len(files)) as bar:
        for file in files:
            outcomes.append(_ingest_one(client, wanted, file))
            bar.advance(bar.task_ids[0])
    return outcomes


def _ingest_one(client: Client, wanted: Wanted, file: Path) -> Outcome:
    name = shown(file)
    try:
        document = client.upload(
            wanted.kb,
            file.read_bytes(),
            Path(name).name,
            key=name,
            metadata=wanted.metadata,
            policy=wanted.policy,
            force=wanted.force,
        )
    except (DocumentError, PayloadTooLarge, ProcessingFailed, WorkCancelled) as error:
        known = error.context.get("document")
        return Outcome(name, str(known) if known else None, "failed", 0, error.code, error.detail)
    except OSError as error:
        return refused(name, "file.unreadable", error.strerror)
    return Outcome(name, document.id, document.status.value, document.chunks)
