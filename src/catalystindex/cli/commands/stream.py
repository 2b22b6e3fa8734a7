"""`catalystctl stream`: how far consumers are, and moving them."""

import time
from typing import Annotated, Literal

import typer
from rich.live import Live

from catalystindex.cli import output
from catalystindex.cli.commands import dead_events
from catalystindex.cli.context import JsonOption, connected
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.cli.stream_text import CONSUMER_COLUMNS, consumer_row, log_line, status_view
from catalystindex.model.stream import ConsumerState, ConsumerStatus, StreamStatus
from catalystindex.sdk import Client

app = typer.Typer(no_args_is_help=True, help="Look after the event stream and its consumers.")
app.add_typer(dead_events.app, name="dead-letters")

LOOK_EVERY = 1.0
"""Seconds between looks of `--watch`."""

STOPPED = 3
"""Exit code when a consumer is stopped: it applies nothing until a person starts it again."""

STATUS_EXAMPLES = """Example: catalystctl stream status --watch

Exit code 3: a consumer has stopped."""
SEEK_EXAMPLES = """Examples:

catalystctl stream seek graph --to start

catalystctl stream seek vectors --time 2025-06-01T00:00:00Z --yes

catalystctl stream seek graph --position 0=1200 --position 1=900"""

GroupArgument = Annotated[str, typer.Argument(help="Name of the consumer.")]


@app.command("status", epilog=STATUS_EXAMPLES)
def status(
    context: typer.Context,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how far every consumer is, and how it is. Numbers are those of all workspaces."""
    with connected(context) as client:
        found = client.streams.status()
        if watch:
            _watch(client, found)
    if as_json:
        print_json(found)
    elif not watch:
        _print(found)
    if any(one.state is ConsumerState.STOPPED for one in found.consumers):
        raise typer.Exit(STOPPED)


@app.command("seek", epilog=SEEK_EXAMPLES)
def seek(
    context: typer.Context,
    group: GroupArgument,
    to: Annotated[
        Literal["start", "end"] | None, typer.Option(help="The oldest event kept, or the end.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--time", help="First event at or after this (RFC 3339).")
    ] = None,
    position: Annotated[
        list[str] | None, typer.Option(help="Offset as PARTITION=OFFSET; repeatable.")
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Have a consumer go on from elsewhere, for all workspaces.

    Going back is harmless: what was applied is not applied twice. Going forward skips events.
    """
    positions = dict(_offset(one) for one in position or []) or None
    if sum(one is not None for one in (to, at, positions)) != 1:
        raise typer.BadParameter("say where to: one of --to, --time and --position")
    if not yes:
        typer.confirm(f"Move {group} for all workspaces?", abort=True, err=True)
    with connected(context, operates=True) as client:
        moved = client.streams.seek(group, to=to, time=at, positions=positions)
    _report(moved, as_json=as_json)


@app.command("restart")
def restart(context: typer.Context, group: GroupArgument, *, as_json: JsonOption = False) -> None:
    """Start a consumer that has stopped, for all workspaces, once its cause is mended."""
    with connected(context, operates=True) as client:
        started = client.streams.restart(group)
    _report(started, as_json=as_json)


@app.command("forget")
def forget(
    context: typer.Context,
    group: GroupArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget a consumer that is switched off, for all workspaces: events wait for it no longer.

    If it is switched on again it begins at the oldest event that is kept then.
    """
    if not yes:
        typer.confirm(f"Forget {group} for all workspaces?", abort=True, err=True)
    with connected(context, operates=True) as client:
        client.streams.forget(group)
    if as_json:
        print_json({"group": group, "forgotten": True})
    else:
        print_lines(f"{group} is forgotten.")


def _report(one: ConsumerStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(one)
    else:
        print_table(CONSUMER_COLUMNS, [consumer_row(one)])


def _print(found: StreamStatus) -> None:
    print_lines(log_line(found))
    print_table(CONSUMER_COLUMNS, [consumer_row(one) for one in found.consumers])


def _watch(client: Client, found: StreamStatus) -> None:
    """Show the stream until Ctrl-C: in place on a terminal, again and again elsewhere."""
    if not output.out.is_terminal:
        while True:
            _print(found)
            time.sleep(LOOK_EVERY)
            found = client.streams.status()
    with Live(status_view(found), console=output.out, auto_refresh=False) as live:
        while True:
            time.sleep(LOOK_EVERY)
            live.update(status_view(client.streams.status()), refresh=True)


def _offset(pair: str) -> tuple[int, int]:
    partition, separator, offset = pair.partition("=")
    if not separator or not partition.isdecimal() or not offset.isdecimal():
        raise typer.BadParameter(f"{pair!r} is not PARTITION=OFFSET")
    return int(partition), int(offset)
