"""`catalystctl worker`: compute workers beside a server, or on another machine."""

from pathlib import Path
from typing import Annotated

import typer

from catalystindex.cli.context import server_of, server_part, session_of
from catalystindex.cli.output import err


def worker(
    context: typer.Context,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Compute processes to run.")] = 1,
    artifacts: Annotated[
        Path | None,
        typer.Option(
            help="Where the server's artifacts folder is on this machine, if elsewhere than there.",
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Parse and embed documents for a server until told to stop (Ctrl-C or SIGTERM).

    The server is the one that runs on the data folder, or CATALYST_CLIENT__URL with a token of the
    scope `work` in CATALYST_CLIENT__TOKEN (`catalystctl token create --scope work`). Both need the
    same artifacts folder; CATALYST_QUEUE__URL names a queue that both reach.
    """
    settings = session_of(context).settings
    server_part("catalystindex.telemetry.logs").configure_logs(
        settings.logging.level, settings.logging.format
    )
    where, token = server_of(settings, scope="work")
    made = server_part("catalystindex.jobs.remote_worker").RemoteWorker(
        where,
        token,
        processes=processes,
        task_timeout=settings.jobs.task_timeout,
        queue=settings.queue,
        artifacts=artifacts,
    )
    if err.is_terminal:
        err.print(f"Working for {where()}; Ctrl-C stops.")
    made.run()
