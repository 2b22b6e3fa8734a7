"""The entry point `catalystctl`."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from catalystindex import __version__
from catalystindex.cli.commands import (
    alerts,
    audit,
    bench,
    config,
    consume,
    dead_letters,
    demo,
    detect,
    detectors,
    doctor,
    documents,
    events,
    graph,
    index,
    ingest,
    jobs,
    knowledge_bases,
    policies,
    search,
    serve,
    stream,
    synth,
    tokens,
    worker,
    workers,
)
from catalystindex.cli.context import Session
from catalystindex.cli.output import print_error, print_lines
from catalystindex.model.errors import CatalystError

INTERRUPTED = 130
IO_ERROR = 74  # EX_IOERR

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
    rich_markup_mode="rich",
    help="Evidence for investigators: documents and events in, cited answers out.",
    epilog="Settings: environment CATALYST_SECTION__FIELD, a TOML file, `catalystctl config show`.",
)

for family, name in ((knowledge_bases, "kb"), (documents, "docs"), (tokens, "token")):
    app.add_typer(family.app, name=name)
app.add_typer(jobs.app, name="jobs")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(policies.app, name="policies")
app.add_typer(events.app, name="events")
app.add_typer(stream.app, name="stream")
app.add_typer(graph.app, name="graph")
app.add_typer(alerts.app, name="alerts")
app.add_typer(detectors.app, name="detectors")
app.add_typer(index.app, name="index")
app.add_typer(audit.app, name="audit")
app.add_typer(config.app, name="config")
app.add_typer(bench.app, name="bench")
app.command("serve")(serve.serve)
app.command("consume", epilog=consume.EXAMPLES)(consume.consume)
app.command("ingest", epilog=ingest.EXAMPLES)(ingest.ingest)
app.command("worker")(worker.worker)
app.command("workers")(workers.workers)
app.command("synth", epilog=synth.EXAMPLES)(synth.synth)
app.command("detect", epilog=detect.EXAMPLES)(detect.detect)
app.command("search")(search.search)
app.command("reindex")(index.reindex)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)


def _version(asked: bool) -> None:  # the shape of the library's callback
    if asked:
        print_lines(f"catalystctl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    config_file: Annotated[
        Path | None, typer.Option("--config", help="Settings file (TOML).", dir_okay=False)
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Folder of the data.", file_okay=False)
    ] = None,
    version: Annotated[  # acts through its callback
        bool | None,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = None,
) -> None:
    """Evidence for investigators: documents and events in, cited answers out."""
    context.obj = Session(config_file, data_dir)


def describe(error: OSError) -> str:
    """Return what the system refused, in one sentence."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."


def main() -> None:
    """Run the command line and leave with its exit code."""
    for sink in (sys.stdout, sys.stderr):
        if isinstance(sink, TextIOWrapper):
            sink.reconfigure(errors="backslashreplace")
    try:
        app()
    except CatalystError as error:
        print_error(error, as_json="--json" in sys.argv)
        sys.exit(error.exit_code)
    except OSError as error:
        print_error(CatalystError(describe(error)), as_json="--json" in sys.argv)
        sys.exit(IO_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
