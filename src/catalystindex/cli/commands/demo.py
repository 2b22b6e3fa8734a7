"""`catalystctl demo`: the product at work on the sample documents and on a synthetic bank."""

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel, ConfigDict, TypeAdapter

from catalystindex.cli.commands.ingest import make_if_missing
from catalystindex.cli.context import JsonOption, connected, program, session_of
from catalystindex.cli.demo_bank import Bank, print_bank, show_bank
from catalystindex.cli.hits import place
from catalystindex.cli.output import print_json, print_lines, progress
from catalystindex.cli.passages import answer_sentence
from catalystindex.model.document import Metadata
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_schema import Filters
from catalystindex.model.filters import NO_FILTER
from catalystindex.model.search import Hit
from catalystindex.sdk.client import Client

NOT_ANSWERED = 1


class SampleDocument(BaseModel):
    """A line of the samples' manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    knowledge_base: str
    title: str
    metadata: Metadata = {}


class Question(BaseModel):
    """A question, and the document that answers it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str
    knowledge_base: str
    expect: str
    says: str
    filters: Filters = NO_FILTER


Sample = TypeVar("Sample", SampleDocument, Question)


class Answer(BaseModel):
    """What the demo shows for a question."""

    question: str
    hit: Hit | None
    as_expected: bool


def demo(
    context: typer.Context,
    samples: Annotated[
        Path, typer.Option(help="Folder with manifest.toml and questions.toml.", exists=True)
    ] = Path("samples"),
    *,
    as_json: JsonOption = False,
) -> None:
    """Ingest sample documents and a synthetic bank, ask, and print the cited answers."""
    documents = _read(samples, "document", SampleDocument)
    questions = _read(samples, "question", Question)
    with connected(context, creates=True) as client:
        chunks = _ingest(client, samples, documents, as_json=as_json)
        answers = [_ask(client, question) for question in questions]
        if not as_json:
            _print_answers(answers)
        bank = show_bank(client)
    if as_json:
        print_json(
            {"documents": len(documents), "chunks": chunks, "answers": answers, "bank": bank}
        )
    else:
        print_bank(bank, first=len(answers) + 1)
        _print_next(f"{program()} --data-dir {session_of(context).settings.data_dir}", bank)
    right = [*(one.as_expected for one in answers), *(one.as_expected for one in bank.findings)]
    if not all(right):
        raise typer.Exit(NOT_ANSWERED)


def _read(samples: Path, table: str, model: type[Sample]) -> list[Sample]:
    name = {"document": "manifest.toml", "question": "questions.toml"}[table]
    try:
        rows = tomllib.loads((samples / name).read_text("utf-8"))[table]
        return TypeAdapter(list[model]).validate_python(rows)  # type: ignore[valid-type]
    except (OSError, KeyError, ValueError) as error:
        raise InvalidRequest(f"{samples / name} is not a list of samples: {error}.") from error


def _ingest(
    client: Client, samples: Path, documents: list[SampleDocument], *, as_json: bool
) -> int:
    chunks = 0
    for name in dict.fromkeys(document.knowledge_base for document in documents):
        make_if_missing(client, name)
    with progress("Ingesting the samples", len(documents)) as bar:
        for sample in documents:
            made = client.upload(
                sample.knowledge_base,
                _bytes_of(samples / sample.path),
                Path(sample.path).name,
                key=sample.path,
                title=sample.title,
                metadata=sample.metadata,
            )
            chunks += made.chunks
            bar.advance(bar.task_ids[0])
            if not as_json:
                print_lines(f"  {made.status.value}  {sample.path} ({made.chunks} chunks)")
    return chunks


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise InvalidRequest(f"{path} is missing: run `make samples` first.", file=str(path))
    return path.read_bytes()


def _ask(client: Client, question: Question) -> Answer:
    found = client.search(
        question.ask,
        knowledge_bases=[question.knowledge_base],
        filters=question.filters,
        limit=3,
    )
    best = found.hits[0] if found.hits else None
    said = best is not None and question.says in " ".join(best.text.split())
    where = best is not None and Path(question.expect).name == best.citation.filename
    return Answer(question=question.ask, hit=best, as_expected=said and where)


def _print_answers(answers: list[Answer]) -> None:
    for number, answer in enumerate(answers, start=1):
        print_lines("", f"{number}. {answer.question}")
        if answer.hit is None:
            print_lines("   Nothing was found.")
            continue
        print_lines(f'   "{answer_sentence(answer.hit)}"')
        cited = answer.hit.citation
        print_lines(
            f"   -- {place(cited)}",
            f"      {cited.filename}, version {cited.version}, characters "
            f"{cited.span.start}-{cited.span.end}",
        )
    right = sum(answer.as_expected for answer in answers)
    print_lines(
        "",
        f"{right} of {len(answers)} questions were answered from the expected passage.",
    )


def _print_next(command: str, bank: Bank) -> None:
    print_lines(
        "",
        "Where to look next:",
        f"  {command} search 'structuring below the threshold' --kb bank --debug",
        f"  {command} docs list",
        f"  {command} graph profile {bank.suspect}",
        f"  {command} stream status",
        f"  {command} audit verify",
        f"  {command} serve",
        "docs/quickstart.md goes on from here.",
    )
