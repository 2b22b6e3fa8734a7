"""The entry point `catalystctl`."""

import gc
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Final

import typer

from catalystindex import __version__
from catalystindex.cli.context import Session
from catalystindex.cli.families import application
from catalystindex.cli.output import print_error, print_lines
from catalystindex.model.errors import CatalystError

INTERRUPTED = 130
IO_ERROR = 74  # EX_IOERR

OBJECTS: Final = 50_000
"""Objects that are made before Python looks for unreachable ones: at its start a program makes many
that stay, and to go over all of them for every few hundred takes a tenth of the time of a run."""


def _version(asked: bool) -> None:  # the shape of the library's callback
    if asked:
        print_lines(f"catalystctl {__version__}")
        raise typer.Exit


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


def __getattr__(name: str) -> typer.Typer:
    """Return ``app``, the command line with all its commands, which takes a while to load."""
    if name == "app":
        return application(root)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def describe(error: OSError) -> str:
    """Return what the system refused, in one sentence."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."


def main() -> None:
    """Run the command line and leave with its exit code."""
    for sink in (sys.stdout, sys.stderr):
        if isinstance(sink, TextIOWrapper):
            sink.reconfigure(errors="backslashreplace")
    gc.set_threshold(OBJECTS)
    completing = any(name.startswith("_") and name.endswith("_COMPLETE") for name in os.environ)
    words = () if completing else sys.argv[1:]
    try:
        application(root, words)()
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
