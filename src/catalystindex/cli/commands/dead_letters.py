"""`catalystctl dead-letters`: documents that failed and wait for somebody."""

from itertools import islice
from typing import Annotated

import typer

from catalystindex.cli.commands.jobs import Limit
from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.finding import find_dead_letters
from catalystindex.cli.job_text import DOCUMENT_COLUMNS, document_row
from catalystindex.cli.output import counted, print_json, print_lines, print_table
from catalystindex.model.job import ErrorClass
from catalystindex.model.remedies import remedy_of

app = typer.Typer(no_args_is_help=True, help="List, show and retry documents that failed.")

KbOption = Annotated[str | None, typer.Option(help="Only of this knowledge base.")]
ClassOption = Annotated[
    ErrorClass | None, typer.Option(help="Only those that trying again can help, or cannot.")
]
CodeOption = Annotated[str | None, typer.Option(help="Only with this error code.")]

LIST_EXAMPLES = "Example: catalystctl dead-letters list --kb cases --error-class transient"
RETRY_EXAMPLES = """Examples:

catalystctl dead-letters retry 0a3b 77fe

catalystctl dead-letters retry --code source.unavailable

catalystctl dead-letters retry --all"""


@app.command("list", epilog=LIST_EXAMPLES)
def list_all(
    context: typer.Context,
    kb: KbOption = None,
    error_class: ClassOption = None,
    code: CodeOption = None,
    limit: Limit = 200,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the documents that failed, with the reason of each."""
    with connected(context) as client:
        walked = client.dead_letters.all(knowledge_base=kb, error_class=error_class, code=code)
        found = list(islice(walked, limit))
    if as_json:
        print_json(found)
    elif found:
        rows = [(*document_row(item), item.job_id) for item in found]
        print_table((*DOCUMENT_COLUMNS, "JOB"), rows)
    else:
        print_lines("There are no dead letters.")


@app.command("show")
def show(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="Its id, or the first characters.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one document that failed: where it comes from, how often it was tried, and why."""
    with connected(context) as client:
        (found,) = find_dead_letters(client, [document])
    if as_json:
        print_json(found)
        return
    for name, value in found.model_dump(mode="json").items():
        print_lines(f"{name:<18} {value}")
    if found.problem is not None:
        print_lines(f"{'what to do':<18} {remedy_of(found.problem.code)}")


@app.command("retry", epilog=RETRY_EXAMPLES)
def retry(
    context: typer.Context,
    documents: Annotated[
        list[str] | None, typer.Argument(help="Ids of documents, or their first characters.")
    ] = None,
    kb: KbOption = None,
    error_class: ClassOption = None,
    code: CodeOption = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put documents that failed back in line: those named, those of the filters, or all."""
    if not (documents or kb or error_class or code or every):
        raise typer.BadParameter("name documents, a filter, or --all")
    with connected(context) as client:
        ids = [one.id for one in find_dead_letters(client, documents or [])]
        retried = client.dead_letters.retry(
            ids, knowledge_base=kb, error_class=error_class, code=code
        )
    if as_json:
        print_json(retried)
    else:
        print_lines(f"{counted(retried.retried, 'document')} back in line.")
