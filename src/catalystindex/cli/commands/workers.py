"""`catalystctl workers`: who does the work."""

import typer

from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.job import WorkerInfo

COLUMNS = ("STATE", "LANE", "HOST", "PID", "WHERE", "HEARD OF", "ID")


def workers(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the workers that were heard of, of the server and elsewhere."""
    with connected(context) as client:
        found = client.workers.all()
    if as_json:
        print_json(found)
    elif found:
        print_table(COLUMNS, [_row(worker) for worker in found])
    else:
        print_lines("No worker was heard of: documents wait until one is.")


def _row(worker: WorkerInfo) -> tuple[object, ...]:
    state = ("busy" if worker.busy else "idle") if worker.live else "silent"
    heard = worker.heartbeat_at.strftime("%Y-%m-%d %H:%M:%S")
    where = "server" if worker.local else "elsewhere"
    return state, worker.lane, worker.host, worker.pid, where, heard, worker.id
