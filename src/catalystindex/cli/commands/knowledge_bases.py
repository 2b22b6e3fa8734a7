"""`catalystctl kb`: knowledge bases."""

from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.knowledge_base import KnowledgeBase

app = typer.Typer(no_args_is_help=True, help="Make, list, show and delete knowledge bases.")

Name = Annotated[str, typer.Argument(help="Name or id of the knowledge base.")]
COLUMNS = ("NAME", "DOCUMENTS", "CREATED", "DESCRIPTION", "ID")


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case name, unique in the workspace.")],
    description: Annotated[str, typer.Option(help="What it holds.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a knowledge base."""
    with connected(context, creates=True) as client:
        made = client.knowledge_bases.create(name, description)
    if as_json:
        print_json(made)
    else:
        print_lines(f"Made the knowledge base {made.name} ({made.id}).")


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the knowledge bases of the workspace."""
    with connected(context) as client:
        found = list(client.knowledge_bases.all())
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(base) for base in found])


@app.command("show")
def show(context: typer.Context, name: Name, *, as_json: JsonOption = False) -> None:
    """Show one knowledge base."""
    with connected(context) as client:
        found = client.knowledge_bases.get(name)
    if as_json:
        print_json(found)
    else:
        print_table(COLUMNS, [_row(found)])


@app.command("metadata")
def metadata(context: typer.Context, name: Name, *, as_json: JsonOption = False) -> None:
    """List the metadata keys of a knowledge base with the types their first use fixed."""
    with connected(context) as client:
        found = list(client.knowledge_bases.metadata(name))
    if as_json:
        print_json(found)
    else:
        rows = [(key.key, key.type.value, key.first_document_id) for key in found]
        print_table(("KEY", "TYPE", "FIRST DOCUMENT"), rows)


@app.command("delete")
def delete(
    context: typer.Context,
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a knowledge base and every document in it."""
    with connected(context) as client:
        found = client.knowledge_bases.get(name)
        if not yes:
            count = f"{found.documents} document{'' if found.documents == 1 else 's'}"
            typer.confirm(f"Delete {found.name} with {count}?", abort=True, err=True)
        client.knowledge_bases.delete(found.id)
    if as_json:
        print_json({"deleted": found.id})
    else:
        print_lines(f"Deleted {found.name} with {found.documents} documents.")


def _row(base: KnowledgeBase) -> tuple[object, ...]:
    created = base.created_at.strftime("%Y-%m-%d %H:%M")
    return base.name, base.documents, created, base.description, base.id
