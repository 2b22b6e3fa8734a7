"""`catalystctl detectors`: what looks for patterns in the payments."""

from typing import Annotated

import typer

from catalystindex.cli.alert_text import DETECTOR_COLUMNS, detector_lines, detector_row
from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table

app = typer.Typer(no_args_is_help=True, help="List and show detectors.")


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the detectors, and which of them run."""
    with connected(context, creates=True) as client:
        found = client.detectors.all()
    if as_json:
        print_json(found)
    else:
        print_table(DETECTOR_COLUMNS, [detector_row(one) for one in found])


@app.command("show")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the detector.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one detector: its definition, its points and its parameters."""
    with connected(context, creates=True) as client:
        found = client.detectors.get(name)
    if as_json:
        print_json(found)
    else:
        print_lines(*detector_lines(found))
