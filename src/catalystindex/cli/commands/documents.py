"""`catalystctl docs`: documents."""

from pathlib import Path
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.cli.structure import print_structure
from catalystindex.model.document import Document, DocumentStatus

app = typer.Typer(no_args_is_help=True, help="List, show, read and delete documents.")

DocumentId = Annotated[str, typer.Argument(help="Id of the document.")]
COLUMNS = ("STATUS", "TITLE", "KEY", "VERSION", "CHUNKS", "PAGES", "ID")


@app.command("list")
def list_all(
    context: typer.Context,
    kb: Annotated[str | None, typer.Option(help="Only of this knowledge base.")] = None,
    status: Annotated[DocumentStatus | None, typer.Option(help="Only with this status.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List documents, oldest first."""
    with connected(context) as client:
        found = list(client.documents.all(knowledge_base=kb, status=status))
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(document) for document in found])


@app.command("show")
def show(context: typer.Context, document: DocumentId, *, as_json: JsonOption = False) -> None:
    """Show one document."""
    with connected(context) as client:
        found = client.documents.get(document)
    if as_json:
        print_json(found)
        return
    for name, value in found.model_dump(mode="json").items():
        print_lines(f"{name:<18} {value}")


@app.command("chunks")
def chunks(context: typer.Context, document: DocumentId, *, as_json: JsonOption = False) -> None:
    """Show the chunks of a document that answer searches."""
    with connected(context) as client:
        found = list(client.documents.chunks(document))
    if as_json:
        print_json(found)
        return
    for chunk in found:
        pages = f", pages {chunk.pages.first}-{chunk.pages.last}" if chunk.pages else ""
        path = " > ".join(chunk.heading_path)
        place = f"{chunk.span.start}-{chunk.span.end}{pages}, {chunk.tokens} tokens"
        print_lines(f"[{chunk.ordinal}] {path} ({place})", chunk.text, "")


@app.command("text")
def text(context: typer.Context, document: DocumentId) -> None:
    """Print the parsed text that the spans of citations refer to."""
    with connected(context) as client:
        print_lines(client.documents.text(document))


@app.command("structure")
def structure(context: typer.Context, document: DocumentId, *, as_json: JsonOption = False) -> None:
    """Show the sections, tables, figures and pages that were found in a document."""
    with connected(context) as client:
        found = client.documents.structure(document)
    if as_json:
        print_json(found)
    else:
        print_structure(found)


@app.command("raw")
def raw(
    context: typer.Context,
    document: DocumentId,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
) -> None:
    """Save the document as it was ingested."""
    with connected(context) as client:
        data = client.documents.raw(document)
    output.write_bytes(data)
    print_lines(f"Saved {len(data)} bytes to {output}.")


@app.command("delete")
def delete(
    context: typer.Context,
    documents: Annotated[list[str], typer.Argument(help="Ids of the documents.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete documents with all their versions."""
    if not yes:
        typer.confirm(f"Delete {len(documents)} documents?", abort=True, err=True)
    with connected(context) as client:
        for document in documents:
            client.documents.delete(document)
    if as_json:
        print_json({"deleted": documents})
    else:
        print_lines(f"Deleted {len(documents)}.")


def _row(document: Document) -> tuple[object, ...]:
    return (
        document.status.value,
        document.title or document.filename,
        document.key,
        document.version,
        document.chunks,
        document.pages,
        document.id,
    )
