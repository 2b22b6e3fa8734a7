"""`catalystctl synth`: a synthetic bank, to files or into an event log."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from catalystindex.cli.catching_up import note_lag, wait_for_consumers
from catalystindex.cli.context import JsonOption, connected, server_part, session_of
from catalystindex.cli.output import print_json, progress
from catalystindex.cli.synth_text import print_summary
from catalystindex.model.errors import ExportFailed, InvalidRequest
from catalystindex.sdk import Client

if TYPE_CHECKING:
    from catalystindex.stores.eventlog.base import Message
    from catalystindex.synthetic.manifest import Manifest
    from catalystindex.synthetic.orchestrator import Notice, Run

EXAMPLES = """Examples:

catalystctl synth --out bank --format parquet

catalystctl synth --accounts 100000 --days 365 --seed 7 --difficulty hard --out bank --format jsonl

catalystctl synth --typologies fan_in,structuring --out bank --format csv --force

catalystctl synth --accounts 2000 --days 30 --format log --create --wait --out truth

The same options give the same bytes on every machine. What was planted is in truth.jsonl."""


class Format(StrEnum):
    """What a bank can be written as."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
    LOG = "log"


AccountsOption = Annotated[int, typer.Option(help="Accounts at the beginning.")]
DaysOption = Annotated[int, typer.Option(help="Days of business.")]
SeedOption = Annotated[int, typer.Option(help="Another seed makes another bank.")]
StartOption = Annotated[str, typer.Option(help="First day, such as 2024-01-01.")]
DifficultyOption = Annotated[
    str,
    typer.Option(help="How well abuse hides: `easy`, `default`, `hard`, or a number from 0 to 1."),
]
DensityOption = Annotated[
    float, typer.Option(help="Multiplies how many patterns are planted; 0 plants none.")
]
TypologiesOption = Annotated[
    str | None, typer.Option(help="Plant only these, with commas between; all if unset.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="What to write.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder to write to, made if need be. With `log`: for truth and manifest, if wanted.",
        file_okay=False,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(min=0, max=256, help="Processes; one per core if unset, 0 for this one alone."),
]
CreateOption = Annotated[
    bool, typer.Option("--create", help="With `log`: make the data folder if there is none.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="With `log`: return when consumers have applied the events.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace the files of an older run in that folder.")
]


def synth(
    context: typer.Context,
    *,
    accounts: AccountsOption = 20_000,
    days: DaysOption = 60,
    seed: SeedOption = 1,
    start: StartOption = "2024-01-01",
    difficulty: DifficultyOption = "default",
    density: DensityOption = 1.0,
    typologies: TypologiesOption = None,
    form: FormatOption = Format.PARQUET,
    out: OutOption = None,
    workers: WorkersOption = None,
    force: ForceOption = False,
    create: CreateOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a synthetic bank: its people, their business, and abuse with the truth about it.

    Files are one per kind of event. `truth.jsonl` lists each planted pattern with its events, and
    `manifest.json`, written last, what there is. Nothing is left of a run that fails. `log` sends
    the events to whoever owns the data instead, where each is taken once.
    """
    _check(form, out, log_only=create or wait)
    values = {"accounts": accounts, "days": days, "seed": seed, "density": density}
    config = _config(values, start, difficulty, typologies)
    if out is not None and form is not Format.LOG:
        orchestrator = server_part("catalystindex.synthetic.orchestrator")
        with _shown(days) as notice:
            run = bank_run(config, workers, notice)
            manifest = orchestrator.export_to_folder(run, out, form.value, force=force)
        _report(manifest, out, None, as_json=as_json)
        return
    with connected(context, creates=create) as client:
        send = Sender(client)
        with _shown(days) as notice:
            manifest = to_log(bank_run(config, workers, notice), send, out, force=force)
        if wait:
            wait_for_consumers(client)
        else:
            note_lag(client, alone=session_of(context).alone)
    _report(manifest, out, send, as_json=as_json)


def _check(form: Format, out: Path | None, *, log_only: bool) -> None:
    if form is Format.LOG:
        return
    if out is None:
        raise InvalidRequest("Name a folder with --out.", field="out")
    if log_only:
        raise InvalidRequest("--create and --wait are for --format log.", field="format")


def _config(values: dict[str, Any], start: str, difficulty: str, typologies: str | None) -> Any:  # noqa: ANN401  # a type of the optional extra
    """Return the bank's configuration. Raises `InvalidRequest`, `SyntheticInvalid`."""
    synthetic = server_part("catalystindex.synthetic.config")
    try:
        values["start"] = date.fromisoformat(start)
    except ValueError:
        raise InvalidRequest(f"{start!r} is no date such as 2024-01-01.", field="start") from None
    try:
        named = synthetic.DIFFICULTIES.get(difficulty)
        values["difficulty"] = float(difficulty) if named is None else named
    except ValueError:
        words = ", ".join(synthetic.DIFFICULTIES)
        raise InvalidRequest(
            f"{difficulty!r} is no difficulty: {words}, or a number from 0 to 1.",
            field="difficulty",
        ) from None
    if typologies is not None:
        names = (name.strip() for name in typologies.split(","))
        values["typologies"] = tuple(name for name in names if name)
    return synthetic.SynthConfig(**values)


def bank_run(config: Any, workers: int | None, notice: "Notice") -> "Run":  # noqa: ANN401  # as above
    """Return how a bank is made, with so many processes: none but this one for 0."""
    orchestrator = server_part("catalystindex.synthetic.orchestrator")
    generator = server_part("catalystindex.synthetic.generator")
    world = server_part("catalystindex.synthetic.world")
    count = len(os.sched_getaffinity(0)) if workers is None else workers
    source = generator.Source(partial(world.World, config), config.days, described(config))
    return cast("Run", orchestrator.Run(source, count, notice))


def described(config: Any) -> dict[str, object]:  # noqa: ANN401  # a type of the optional extra
    """Return a configuration as JSON has it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name in config.__dataclass_fields__
        for value in (getattr(config, name),)
    }


def to_log(run: "Run", send: "Sender", out: Path | None, *, force: bool) -> "Manifest":
    """Send a bank to whoever owns the data; its truth and manifest go to ``out``, if named."""
    orchestrator = server_part("catalystindex.synthetic.orchestrator")
    event_log = server_part("catalystindex.synthetic.export.event_log")
    exporter = event_log.LogExporter(send)
    return cast("Manifest", orchestrator.export_to_log(run, exporter, out, force=force))


class Sender:
    """Sends events through a client and counts them; raises `ExportFailed` if one is refused."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.accepted = 0
        self.duplicates = 0

    def __call__(self, messages: "Sequence[Message]") -> None:
        """Send these; they are on the server's disk afterwards."""
        result = self._client.events.submit([message.data for message in messages])
        if result.rejected:
            raise ExportFailed(f"The server refuses an event: {result.rejected[0]}"[:300])
        self.accepted += result.accepted
        self.duplicates += result.duplicates


@contextmanager
def _shown(days: int) -> "Iterator[Notice]":
    with progress("Days", days) as bar:
        yield lambda told: bar.update(
            bar.task_ids[0],
            completed=told.days_done,
            description=f"{told.events:,} events; days",
        )


def _report(manifest: "Manifest", out: Path | None, sent: Sender | None, *, as_json: bool) -> None:
    log = None if sent is None else {"accepted": sent.accepted, "duplicates": sent.duplicates}
    if as_json:
        msgspec = server_part("msgspec")
        place = {"out": str(out) if out else None, "log": log}
        print_json({**place, **msgspec.to_builtins(manifest)})
    else:
        print_summary(manifest, out, log)
