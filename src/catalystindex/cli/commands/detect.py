"""`catalystctl detect`: find patterns in payments of the past, in one run over all of them."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalystindex.cli.compiling import note_compilation
from catalystindex.cli.context import (
    JsonOption,
    connected,
    local_tenant,
    running_server,
    server_part,
    session_of,
)
from catalystindex.cli.detect_text import at_least, print_run
from catalystindex.cli.detecting import (
    Run,
    cores,
    detection_settings,
    detectors_of,
    moment,
    run_detection,
    shown_reading,
    summary,
    write_alerts,
)
from catalystindex.cli.exit_codes import SOME_FAILED
from catalystindex.cli.measuring import measure, measured_json
from catalystindex.cli.output import print_json
from catalystindex.config.settings import Settings
from catalystindex.model.alert import Severity
from catalystindex.model.errors import InvalidRequest, NotFound, OwnerLocked

if TYPE_CHECKING:
    from catalystindex.detection.sources import Reading

STORED_AT_ONCE = 2_000

EXAMPLES = """Examples:

catalystctl detect --from 2025-01-01 --to 2025-03-31

catalystctl detect --file bank/ --truth bank/truth.jsonl --out alerts.jsonl

catalystctl detect --file a.csv --format amlsim --param fan_in.min_counterparties=7

catalystctl detect --file t.parquet --format amlgentex --truth labels.jsonl

Without --file it reads the event log of the data folder, beside a server that runs on it; nothing
is written unless --store says so. The same events and options give the same alerts, however many
processes and slices there are. Exit code 3: some rows or events could not be read."""

FileOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--file",
        help="Read this instead of the event log: a folder of `synth --out`, or with --format a "
        "file or folder; repeatable.",
        exists=True,
    ),
]
FormatOption = Annotated[
    str | None, typer.Option("--format", help="Format of the files; `events formats` lists them.")
]
CurrencyOption = Annotated[
    str, typer.Option(help="ISO 4217 code, where the files name no currency.")
]
StartOption = Annotated[str, typer.Option(help="When step 0 of a simulator is (RFC 3339).")]
MappingOption = Annotated[
    Path | None, typer.Option(help="What the columns mean (TOML), for csv and parquet.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="Patterns that end at or after this date or time.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", help="Patterns that end before this time, or on this date.")
]
DetectorOption = Annotated[
    list[str] | None, typer.Option("--detector", help="Run only this detector; repeatable.")
]
ParamOption = Annotated[
    list[str] | None, typer.Option("--param", help="Parameter as NAME.KEY=VALUE; repeatable.")
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(min=0, max=256, help="Processes; one per core if unset, 0 for this one alone."),
]
SlicesOption = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="Slices of time; more need less memory each."),
]
OutOption = Annotated[
    Path | None, typer.Option(help="Write alerts to this file (JSON lines).", dir_okay=False)
]
StoreOption = Annotated[
    bool, typer.Option("--store", help="Keep all alerts in the records of the data folder.")
]
TruthOption = Annotated[
    Path | None,
    typer.Option(
        help="truth.jsonl of a synthetic bank, or labels (`events labels`), to measure by.",
        exists=True,
        dir_okay=False,
    ),
]
SeverityOption = Annotated[
    Severity, typer.Option(help="Show and write only alerts of this severity or above.")
]


def detect(
    context: typer.Context,
    *,
    file: FileOption = None,
    form: FormatOption = None,
    currency: CurrencyOption = "USD",
    start: StartOption = "2022-01-01T00:00:00Z",
    mapping: MappingOption = None,
    since: FromOption = None,
    until: ToOption = None,
    detector: DetectorOption = None,
    param: ParamOption = None,
    processes: ProcessesOption = None,
    slices: SlicesOption = None,
    out: OutOption = None,
    store: StoreOption = False,
    truth: TruthOption = None,
    min_severity: SeverityOption = Severity.LOW,
    as_json: JsonOption = False,
) -> None:
    """Find patterns in payments of the past: all events at once, on all cores."""
    settings = session_of(context).settings
    chosen = detection_settings(settings.detection, detector or [], param or [])
    note_compilation(context)
    detectors = detectors_of(chosen)
    count = cores() if processes is None else processes
    batch = server_part("catalystindex.detection.batch")
    plan = batch.BatchPlan(
        moment(since, "from", last=False), moment(until, "to", last=True), slices, count
    )
    if store:
        _check_store(settings)
    money = server_part("catalystindex.temporal.money").Money(
        chosen.reference_currency, chosen.rates
    )
    began = time.monotonic()
    with shown_reading(money) as reading:
        if file:
            _read_files(reading, file, form, (currency, start, mapping))
        else:
            _read_log(reading, settings)
    run = run_detection(reading, detectors, chosen, plan, began)
    run.shown = at_least(min_severity, run.result.alerts)
    _finish(context, run, out=out, store=store, truth=truth)
    _report(run, out, as_json=as_json)
    raise typer.Exit(0 if run.whole else SOME_FAILED)


def _read_files(
    reading: "Reading", paths: list[Path], form: str | None, options: tuple[str, str, Path | None]
) -> None:
    """Read what was named: folders of synthetic banks, files of a format."""
    manifest = server_part("catalystindex.synthetic.manifest").MANIFEST_FILE
    banks = [path for path in paths if form is None and (path / manifest).is_file()]
    others = [path for path in paths if path not in banks]
    if others and form is None:
        raise InvalidRequest(
            f"{others[0]} is no folder of `synth --out`: name the format with --format.",
            field="format",
        )
    for bank in banks:
        reading.bank(bank)
    if others and form is not None:
        currency, start, mapping = options
        from catalystindex.cli.commands.events import files_among, importer_of

        importer = importer_of(form, None, currency, start, mapping, [])
        reading.files(importer, files_among(others, "*"))


def _read_log(reading: "Reading", settings: Settings) -> None:
    """Read the log of the data folder; whoever owns it may go on meanwhile."""
    if settings.client.url is not None:
        raise InvalidRequest(
            "A run over history reads the file of the event log, and the settings name a server "
            "elsewhere: run it on that machine with --data-dir and without CATALYST_CLIENT__URL, "
            "or name events with --file.",
            field="client.url",
        )
    name = server_part("catalystindex.stores.eventlog.schema").FILE_NAME
    if not (settings.data_dir / name).exists():
        raise NotFound(
            f"There is no event log in {settings.data_dir}: name another folder with --data-dir, "
            "or events with --file.",
            data_dir=str(settings.data_dir),
        )
    reading.log(settings.data_dir, local_tenant(settings))


def _check_store(settings: Settings) -> None:
    """Raise where alerts cannot be stored, before any work is done."""
    if settings.client.url is None and running_server(settings) is None:
        return
    raise OwnerLocked(
        "A server owns the data folder, and keeps the alerts that it finds itself: stop it to "
        "store those of a run over history, or leave --store out and use --out."
    )


def _finish(
    context: typer.Context, run: Run, *, out: Path | None, store: bool, truth: Path | None
) -> None:
    if out is not None:
        write_alerts(out, run.shown)
    if truth is not None:
        run.measured = measure(run, truth)
    if store:
        with connected(context):
            run.stored = _store(session_of(context), run)


def _store(session: Any, run: Run) -> int:  # noqa: ANN401  # what the main command made
    """Write all alerts into the records of the folder that this process owns now."""
    owner, alerts = session.owner, run.result.alerts
    writer = server_part("catalystindex.owner.detection").AlertWriter(
        owner.records, owner.metrics.detection
    )
    tenant = local_tenant(session.settings)
    for begin in range(0, len(alerts), STORED_AT_ONCE):
        writer.write(tenant, alerts[begin : begin + STORED_AT_ONCE])
    return len(alerts)


def _report(run: Run, out: Path | None, *, as_json: bool) -> None:
    if not as_json:
        print_run(run)
        return
    msgspec = server_part("msgspec")
    body: dict[str, object] = {**summary(run), "out": None if out is None else str(out)}
    if out is None:
        body["found"] = msgspec.to_builtins(run.shown)
    if run.measured is not None:
        body |= measured_json(run.measured)
    print_json(body)
