"""`catalystctl consume`: one consumer group in a process of its own."""

import signal
import threading
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.compiling import note_compilation
from catalystindex.cli.context import STORE_FILE, JsonOption, server_part, session_of
from catalystindex.cli.output import counted, err, print_json, print_notes
from catalystindex.model.errors import ConsumerUnknown, NotFound
from catalystindex.model.stream import ConsumerState

if TYPE_CHECKING:
    from catalystindex.config.settings import Settings
    from catalystindex.owner.assembly import Owner

LOOK_EVERY = 0.2
"""Seconds between looks at how far the consumer is."""
STOPPED = 1

EXAMPLES = """Examples:

catalystctl consume detect

catalystctl consume detect --until-caught-up

`serve` runs every group; this is for a folder that nobody serves."""


class Group(StrEnum):
    """What follows the event log."""

    DETECT = "detect"
    GRAPH = "graph"
    VECTORS = "vectors"


def consume(
    context: typer.Context,
    group: Annotated[Group, typer.Argument(help="The consumer group.")],
    *,
    until_caught_up: Annotated[
        bool, typer.Option("--until-caught-up", help="Stop when nothing in the log is left to do.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Follow the event log for one group until told to stop (Ctrl-C or SIGTERM).

    It takes the data folder while it runs. Leaves with 1 if the consumer stops at a defect.
    """
    settings = session_of(context).settings
    server_part("catalystindex.telemetry.logs").configure_logs(
        settings.logging.level, settings.logging.format
    )
    if settings.records.url is None and not (settings.data_dir / STORE_FILE).exists():
        raise NotFound(
            f"There is no store in {settings.data_dir}.", data_dir=str(settings.data_dir)
        )
    if group is Group.DETECT:
        note_compilation(context)
    stopping = threading.Event()
    _listen(stopping)
    assembly = server_part("catalystindex.owner.assembly")
    owner = assembly.open_owner(_only(settings, group), f"catalystctl consume {group.value}")
    try:
        if err.is_terminal:
            err.print(f"Following {settings.data_dir} for {group.value}; Ctrl-C stops.")
        ended = _follow(owner, group, stopping, until_caught_up=until_caught_up)
    finally:
        owner.close()
    if as_json:
        print_json({"group": group.value, "events": ended.events, "state": ended.state})
    if ended.state is ConsumerState.STOPPED:
        raise typer.Exit(STOPPED)


@dataclass(frozen=True, slots=True)
class Ended:
    """How following ended."""

    state: ConsumerState
    events: int
    """How far the group came in this time."""


def _follow(
    owner: "Owner", group: Group, stopping: threading.Event, *, until_caught_up: bool
) -> Ended:
    """Wait until there is nothing left to wait for; tell how the consumer is then."""
    began = _applied(owner, group)
    state = _wait(owner, group, stopping, until_caught_up=until_caught_up)
    return Ended(state, _applied(owner, group) - began)


def _applied(owner: "Owner", group: Group) -> int:
    """Return the sum of the positions of a group; 0 before its thread has made it known."""
    try:
        return sum(owner.stream.log.positions(group.value).values())
    except ConsumerUnknown:
        return 0


def _wait(
    owner: "Owner", group: Group, stopping: threading.Event, *, until_caught_up: bool
) -> ConsumerState:
    runner = owner.stream.runner
    while not stopping.wait(LOOK_EVERY):
        condition = runner.condition(group.value)
        if condition.state is ConsumerState.STOPPED:
            print_notes(f"The consumer {group.value} has stopped: {condition.reason}")
            return condition.state
        if until_caught_up and runner.caught_up(LOOK_EVERY):
            letters = owner.stream.log.open_letters().get(group.value, 0)
            if letters:
                print_notes(f"{counted(letters, 'event')} could not be read: stream dead-letters.")
            break
    return ConsumerState.OFF


def _only(settings: "Settings", group: Group) -> "Settings":
    """Return settings with this group alone."""
    chosen = {one.value: one is group for one in Group}
    consumers = settings.consumers.model_copy(update=chosen)
    return settings.model_copy(update={"consumers": consumers})


def _listen(stopping: threading.Event) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
