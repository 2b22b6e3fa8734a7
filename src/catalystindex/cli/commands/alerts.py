"""`catalystctl alerts`: what detectors found."""

from itertools import islice
from typing import Annotated, Literal

import typer

from catalystindex.cli.alert_text import (
    ALERT_COLUMNS,
    COUNT_COLUMNS,
    alert_lines,
    alert_row,
    count_rows,
)
from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.alert import AlertState, Severity

app = typer.Typer(no_args_is_help=True, help="List, show and count alerts.")

LIST_EXAMPLES = """Examples:

catalystctl alerts list --severity high --state open --sort score

catalystctl alerts list --entity ACC-17 --since 2025-01-01"""


@app.command("list", epilog=LIST_EXAMPLES)
def list_all(  # one argument per option
    context: typer.Context,
    detector: Annotated[str | None, typer.Option(help="Only of this detector.")] = None,
    typology: Annotated[str | None, typer.Option(help="Only of this typology.")] = None,
    severity: Annotated[
        Severity | None, typer.Option(help="Only of this severity or a higher one.")
    ] = None,
    state: Annotated[
        AlertState | None, typer.Option(help="Only open ones, or those that another explains.")
    ] = None,
    entity: Annotated[
        str | None, typer.Option(help="Only those this account or party is part of.")
    ] = None,
    event: Annotated[
        str | None, typer.Option(help="Only those this event is evidence of (its id).")
    ] = None,
    min_score: Annotated[
        int | None, typer.Option(min=0, max=100, help="Only with this score or a higher one.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only those whose last event is at or after this (RFC 3339)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Only those whose first event is before this (RFC 3339).")
    ] = None,
    sort: Annotated[
        Literal["newest", "score"], typer.Option(help="By last event, or by score.")
    ] = "newest",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most of them to show.")] = 50,
    *,
    as_json: JsonOption = False,
) -> None:
    """List alerts, the newest or those with the highest score first."""
    with connected(context) as client:
        every = client.alerts.all(
            detector=detector, typology=typology, severity=severity, state=state, entity=entity,
            event=event, min_score=min_score, since=since, until=until, sort=sort,
        )  # fmt: skip
        found = list(islice(every, limit))
    if as_json:
        print_json(found)
    elif found:
        print_table(ALERT_COLUMNS, [alert_row(one) for one in found])
    else:
        print_lines("There are no such alerts.")


@app.command("show")
def show(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(help="Id of the alert.")],
    whole: Annotated[bool, typer.Option("--all", help="Show long lists in full.")] = False,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one alert: why, who, and the evidence."""
    with connected(context) as client:
        found = client.alerts.get(alert)
    if as_json:
        print_json(found)
    else:
        print_lines(*alert_lines(found, whole=whole))


@app.command("summary")
def summary(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Count alerts by typology and severity."""
    with connected(context) as client:
        found = client.alerts.summary()
    if as_json:
        print_json(found)
    elif found.total:
        print_table(COUNT_COLUMNS, count_rows(found))
    else:
        print_lines("There are no alerts.")
