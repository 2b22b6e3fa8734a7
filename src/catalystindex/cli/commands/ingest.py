"""`catalystctl ingest`: files and folders into a knowledge base."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.options import parse_pairs
from catalystindex.cli.output import counted, print_json, print_lines, progress
from catalystindex.model.document import Metadata
from catalystindex.model.errors import (
    DocumentError,
    InvalidRequest,
    KnowledgeBaseNotFound,
    PayloadTooLarge,
    ProcessingFailed,
)
from catalystindex.sdk.client import Client

SOME_FAILED = 3
"""Exit code when some documents were ingested and others could not be."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    path: str
    document: str | None
    status: str
    chunks: int
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What the files of one call share."""

    kb: str
    metadata: Metadata
    policy: str | None
    wait: bool


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Files, or folders to look through.", exists=True)
    ],
    kb: Annotated[str, typer.Option(help="Knowledge base to ingest into.")],
    meta: Annotated[
        list[str] | None,
        typer.Option(help="Metadata as key=value; repeatable; a key given twice makes a list."),
    ] = None,
    policy: Annotated[
        str | None, typer.Option(help="Chunking policy; see `catalystctl policies list`.")
    ] = None,
    *,
    create: Annotated[
        bool, typer.Option("--create", help="Make the knowledge base if there is none.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return when documents are accepted.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ingest files and folders. A file that cannot be used does not stop the others.

    Documents are known by their path as given: ingesting a changed file again makes a new
    version, an unchanged one is recognised and costs nothing.
    """
    metadata = parse_pairs(meta or [])
    files = list(find_files(paths))
    if not files:
        raise InvalidRequest("There are no files in what was named.")
    with connected(context, creates=create) as client:
        if create:
            make_if_missing(client, kb)
        outcomes = _ingest_all(client, Wanted(kb, metadata, policy, not no_wait), files)
    _report(outcomes, as_json=as_json)
    if any(outcome.code for outcome in outcomes):
        raise typer.Exit(SOME_FAILED)


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


def _ingest_all(client: Client, wanted: Wanted, files: Sequence[Path]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with progress("Ingesting", len(files)) as bar:
        for file in files:
            outcomes.append(_ingest_one(client, wanted, file))
            bar.advance(bar.task_ids[0])
    return outcomes


def _ingest_one(client: Client, wanted: Wanted, file: Path) -> Outcome:
    # A name that is not UTF-8 is shown and kept with its odd bytes spelled out.
    name = file.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
    try:
        document = client.upload(
            wanted.kb,
            file.read_bytes(),
            Path(name).name,
            key=name,
            metadata=wanted.metadata,
            policy=wanted.policy,
            wait=wanted.wait,
        )
    except (DocumentError, PayloadTooLarge, ProcessingFailed) as error:
        known = error.context.get("document")
        return Outcome(name, str(known) if known else None, "failed", 0, error.code, error.detail)
    except OSError as error:
        return Outcome(name, None, "failed", 0, "file.unreadable", error.strerror)
    return Outcome(name, document.id, document.status.value, document.chunks)


def _report(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    if as_json:
        print_json([vars(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        if outcome.code:
            print_lines(f"failed   {outcome.path}: {outcome.detail} [{outcome.code}]")
        else:
            print_lines(f"{outcome.status:<8} {outcome.path} ({counted(outcome.chunks, 'chunk')})")
    done = sum(outcome.code is None for outcome in outcomes)
    print_lines(f"{done} of {counted(len(outcomes), 'document')} ingested.")
