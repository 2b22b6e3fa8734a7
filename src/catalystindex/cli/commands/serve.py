"""`catalystctl serve`: the owner process."""

from typing import Annotated

import typer

from catalystindex.cli.context import server_part, session_of
from catalystindex.cli.output import err


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="TCP port; 0 picks a free one.")
    ] = None,
) -> None:
    """Own the data folder and serve the API until told to stop (Ctrl-C or SIGTERM)."""
    settings = session_of(context).settings
    given = {"host": host, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    server = settings.server.model_copy(update=chosen)
    settings = settings.model_copy(update={"server": server})
    server_part("catalystindex.telemetry.logs").configure_logs(
        settings.logging.level, settings.logging.format
    )
    if err.is_terminal:
        err.print(f"Serving {settings.data_dir}; API under /v1, token: catalystctl token create")
    server_part("catalystindex.api.server").serve(settings, "catalystctl serve")
