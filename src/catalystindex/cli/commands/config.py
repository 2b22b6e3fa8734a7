"""`catalystctl config`: the effective settings."""

import typer

from catalystindex.cli.context import JsonOption, server_part, session_of
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.config.profiles import check_profile
from catalystindex.config.show import setting_rows

app = typer.Typer(no_args_is_help=True, help="Show and check the settings.")


@app.command("show")
def show(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Show every setting in force, where it came from and what it means. Secrets are masked."""
    rows = setting_rows(session_of(context).load())
    if as_json:
        print_json([vars(row) for row in rows])
        return
    print_table(
        ("SETTING", "VALUE", "SOURCE", "MEANING"),
        [(row.key, row.value, row.source, row.meaning) for row in rows],
    )


@app.command("check")
def check(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Validate the settings and everything they depend on, without starting anything."""
    settings = session_of(context).settings
    check_profile(settings)
    server_part("catalystindex.embedding.model_files").find_model(settings.embedding)
    server_part("catalystindex.owner.doctor").check_places(settings)
    if as_json:
        print_json({"valid": True, "profile": settings.profile})
    else:
        print_lines(f"The settings are valid (profile {settings.profile}).")
