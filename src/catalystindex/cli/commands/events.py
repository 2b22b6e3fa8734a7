"""`catalystctl events`: files of other systems into the event stream, and events as they are."""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.catching_up import note_lag, wait_for_consumers
from catalystindex.cli.commands import event_labels
from catalystindex.cli.commands.ingest import find_files
from catalystindex.cli.context import (
    JsonOption,
    Session,
    connected,
    local_tenant,
    server_part,
    session_of,
)
from catalystindex.cli.event_text import import_lines, submit_lines
from catalystindex.cli.exit_codes import SOME_FAILED
from catalystindex.cli.importing import SHOWN, Deliver, Import, Tell, Totals, over
from catalystindex.cli.output import (
    print_json,
    print_lines,
    print_notes,
    print_table,
    progress,
)
from catalystindex.model.errors import CatalystError, InvalidRequest
from catalystindex.sdk import Client
from catalystindex.sdk.event_lines import EventLike

if TYPE_CHECKING:
    from catalystindex.streaming.importers.base import Importer

app = typer.Typer(no_args_is_help=True, help="Hand events in, and see what they look like.")
app.command("labels", epilog=event_labels.EXAMPLES)(event_labels.labels)

IMPORT_EXAMPLES = """Examples:

catalystctl events import --format amlsim transactions.csv --wait

catalystctl events import --format csv --mapping bank.toml --rejects bad.jsonl exports/

Exit code 0: every row was read. 3: some were set aside, or a file could not be read, each with
its reason. Importing again does no harm: events that are known are recognised."""

SUBMIT_EXAMPLES = """Examples:

catalystctl events submit events.jsonl

some-program | catalystctl events submit -"""

CreateOption = Annotated[
    bool, typer.Option("--create", help="Make the data folder if there is none.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Return when consumers have applied the events.")
]
Files = Annotated[
    list[Path], typer.Argument(help="Files, or folders to look through.", exists=True)
]


@app.command("import", epilog=IMPORT_EXAMPLES)
def import_files(
    context: typer.Context,
    files: Files,
    form: Annotated[
        str, typer.Option("--format", help="Format of the files; `events formats` lists them.")
    ],
    source: Annotated[
        str | None, typer.Option(help="What events name as their source; the format by default.")
    ] = None,
    currency: Annotated[
        str, typer.Option(help="ISO 4217 code, where the files name no currency.")
    ] = "USD",
    start: Annotated[
        str, typer.Option(help="When step 0 of a simulator is (RFC 3339).")
    ] = "2022-01-01T00:00:00Z",
    mapping: Annotated[
        Path | None, typer.Option(help="What the columns mean (TOML), for csv and parquet.")
    ] = None,
    schema: Annotated[
        list[str] | None, typer.Option(help="XML schema as NAMESPACE=FILE; repeatable.")
    ] = None,
    include: Annotated[
        str, typer.Option(help="Of folders, only files whose names are so (glob).")
    ] = "*",
    rejects: Annotated[
        Path | None, typer.Option(help="File for rows set aside (JSON lines).", dir_okay=False)
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only read; nothing is sent.")] = False,
    create: CreateOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import files of other systems. A row that is no event is set aside and stops nothing."""
    importer = importer_of(form, source, currency, start, mapping, schema or [])
    found = files_among(files, include)
    with ExitStack() as stack:
        sink = None if rejects is None else stack.enter_context(_made(rejects))
        client = None if check else stack.enter_context(connected(context, creates=create))
        with _handing_in(session_of(context), client) as hand_in:
            totals = _imported(importer, sink, found, hand_in)
        if client is not None:
            _after(context, client, wait=wait)
    if as_json:
        print_json(totals.as_json())
    else:
        print_lines(*import_lines(totals, checked_only=check, rejects=rejects))
    raise typer.Exit(0 if totals.whole else SOME_FAILED)


@app.command("formats")
def formats(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the formats that can be imported."""
    del context
    registry = server_part("catalystindex.streaming.importers.registry")
    found = {name: registry.IMPORTERS[name].summary for name in registry.importer_names()}
    if as_json:
        print_json([{"format": name, "summary": said} for name, said in found.items()])
    else:
        print_table(("FORMAT", "WHAT IT IS"), list(found.items()))


@app.command("submit", epilog=SUBMIT_EXAMPLES)
def submit(
    context: typer.Context,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="Events as JSON lines or one array; - is stdin.")
    ],
    *,
    create: CreateOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hand in events that are in the product's own form already."""
    with connected(context, creates=create) as client:
        result = client.events.submit(_events(file))
        _after(context, client, wait=wait)
    if as_json:
        print_json(result)
    else:
        print_lines(*submit_lines(result, SHOWN))
    raise typer.Exit(SOME_FAILED if result.rejected else 0)


@app.command("schema")
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of events."""
    with connected(context) as client:
        print_json(client.events.schema())


@app.command("kinds")
def kinds(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the kinds of events with the fields of their payloads."""
    with connected(context) as client:
        found = client.events.kinds()
    if as_json:
        print_json(found)
        return
    rows = [
        (one.kind, one.summary, ", ".join(one.required), ", ".join(one.optional))
        for one in found.kinds
    ]
    print_table(("KIND", "WHAT IT IS", "REQUIRED", "OPTIONAL"), rows)


def files_among(paths: Sequence[Path], include: str) -> list[Path]:
    """Return files as they were named, and those of folders whose names fit."""
    found = [file for file in find_files(paths) if file in paths or file.match(include)]
    if not found:
        raise InvalidRequest("There are no files in what was named.")
    return found


def _after(context: typer.Context, client: Client, *, wait: bool) -> None:
    """Wait for consumers, or say that they are not done yet."""
    if wait:
        wait_for_consumers(client)
    else:
        note_lag(client, alone=session_of(context).alone)


def importer_of(
    form: str,
    source: str | None,
    currency: str,
    start: str,
    mapping: Path | None,
    schemas: Sequence[str],
) -> "Importer":
    """Return the importer of a format with these options. Raises `InvalidRequest`."""
    base = server_part("catalystindex.streaming.importers.base")
    registry = server_part("catalystindex.streaming.importers.registry")
    options = base.ImportOptions(
        source=source,
        currency=currency,
        start=_moment(start),
        mapping=mapping,
        schemas=dict(_namespace(one) for one in schemas),
    )
    importer: Importer = registry.make_importer(form, options)
    return importer


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is no date-time with an offset (RFC 3339)")
    return at


def _namespace(pair: str) -> tuple[str, Path]:
    namespace, separator, file = pair.rpartition("=")
    if not separator or not namespace or not Path(file).is_file():
        raise typer.BadParameter(f"{pair!r} is not NAMESPACE=FILE")
    return namespace, Path(file)


@contextmanager
def _handing_in(session: Session, client: Client | None) -> Iterator[Deliver | None]:
    """Give what hands events in: to the server, or straight to the log of one's own folder.

    There the log has the process to itself meanwhile; consumers follow when all is handed in.
    """
    owner = session.owner
    if owner is None:
        yield None if client is None else over(client)
        return
    tenant, events = local_tenant(session.settings), owner.events
    gc.collect()
    gc.freeze()  # what was loaded is not looked through again and again meanwhile
    with owner.stream.runner.held():
        yield lambda messages: [events.take(tenant, messages)]


def _imported(
    importer: "Importer", rejects: IO[str] | None, files: Sequence[Path], hand_in: Deliver | None
) -> Totals:
    with _shown(len(files)) as tell:
        work = Import(importer, rejects, tell)
        try:
            return work.run(files, hand_in)
        except (CatalystError, KeyboardInterrupt):
            print_notes(
                f"At least {work.totals.accepted:,} events were accepted before that. Import the "
                "same again: what was taken is recognised."
            )
            raise


def _made(path: Path) -> IO[str]:
    """Open a file for rows set aside; a file name that is no UTF-8 must not end the import."""
    return path.open("w", encoding="utf-8", errors="backslashreplace")


@contextmanager
def _shown(files: int) -> Iterator[Tell]:
    with progress("Reading", files) as bar:
        task = bar.task_ids[0]

        def tell(totals: Totals) -> None:
            said = f"{totals.rows:,} rows, {totals.rows_per_second:,.0f} a second"
            bar.update(task, description=said, completed=len(totals.files) - 1)

        yield tell


def _events(file: IO[bytes]) -> Iterable[EventLike]:
    """Return the events of a file: its lines, or the members of one array."""
    first = file.readline()
    if not first.lstrip().startswith(b"["):
        return _lines(first, file)
    try:
        members = json.loads(first + file.read())
    except ValueError as error:
        raise InvalidRequest(f"This is no JSON: {error}.") from error
    return [one if isinstance(one, dict) else json.dumps(one) for one in members]


def _lines(first: bytes, file: IO[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from file
