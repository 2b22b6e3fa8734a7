"""`catalystctl audit`: the audit log."""

import itertools
from typing import Annotated

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.errors import AuditBroken

app = typer.Typer(no_args_is_help=True, help="Read and verify the audit log.")


@app.command("list")
def list_entries(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Entries to show.")] = 100,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the entries of the workspace, oldest first."""
    with connected(context) as client:
        entries = list(itertools.islice(client.audit.all(), limit))
    if as_json:
        print_json(entries)
        return
    rows = [
        (e.sequence, e.at.strftime("%Y-%m-%d %H:%M:%S"), e.actor, e.action, e.subject, e.hash[:12])
        for e in entries
    ]
    print_table(("NO", "AT (UTC)", "ACTOR", "ACTION", "SUBJECT", "HASH"), rows)


@app.command("verify")
def verify(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Walk the hash chain of the workspace; fails if an entry does not hold."""
    with connected(context) as client:
        report = client.audit.verify()
    if as_json:
        print_json(report)
    if not report.valid:
        raise AuditBroken(f"The chain of {report.tenant} is broken: {report.problem}.")
    if as_json:
        return
    if not report.entries:
        print_lines(f"The chain of {report.tenant} has no entries: nothing was done there yet.")
    else:
        print_lines(
            f"The chain of {report.tenant} holds: {report.entries} entries, head {report.head}."
        )
