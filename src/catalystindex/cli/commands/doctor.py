"""`catalystctl doctor`: is this machine able to run the product, and if not, what to do."""

import typer

from catalystindex.cli.context import JsonOption, server_part, session_of
from catalystindex.cli.output import print_json, print_table
from catalystindex.model.health import CheckState

UNWELL = 1


def doctor(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Check Python, packages, model, engines, data folder and key file by using each of them."""
    settings = session_of(context).settings
    server_part("catalystindex.telemetry.logs").configure_logs("error", "console")
    checks = server_part("catalystindex.owner.doctor").examine(settings)
    if as_json:
        print_json(checks)
    else:
        rows = [(check.state.value, check.name, check.detail) for check in checks]
        print_table(("STATE", "CHECK", "DETAIL"), rows)
    if any(check.state is not CheckState.OK for check in checks):
        raise typer.Exit(UNWELL)
