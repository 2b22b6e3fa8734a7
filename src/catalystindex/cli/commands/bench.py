"""`catalystctl bench`: measure parts of the product on one's own data and machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.context import JsonOption, server_part, session_of
from catalystindex.cli.output import print_json, print_lines, print_table
from catalystindex.model.errors import InvalidRequest

if TYPE_CHECKING:
    from catalystindex.jobs.parse_bench import ParseMeasure

app = typer.Typer(no_args_is_help=True, help="Measure reading on files of one's own.")

OVER = 1


@app.command("parse")
def parse(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="Folder; every file in it is read.", exists=True, file_okay=False)
    ],
    *,
    text_budget: Annotated[
        float, typer.Option(help="Seconds for a page with text of its own.", min=0.001)
    ] = 0.5,
    ocr_budget: Annotated[
        float, typer.Option(help="Seconds for a page that is recognised.", min=0.001)
    ] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Read every file of a folder in a compute worker: outcome, time, memory, what was found.

    Nothing is stored. Leaves with 1 if a file took the worker down or was over its budget of
    time; a file that is refused with a typed error is an outcome, not a failure.
    """
    settings = session_of(context).settings
    bench = server_part("catalystindex.jobs.parse_bench")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise InvalidRequest(f"There is no file in {folder}.", field="folder")
    with bench.ParseBench(settings, bench.Budget(text_budget, ocr_budget)) as running:
        measures = list(running.run(folder, files))
    if as_json:
        print_json(measures)
    else:
        _print(measures)
    if any(one.outcome == bench.CRASHED or not one.within_budget for one in measures):
        raise typer.Exit(OVER)


def _print(measures: "Sequence[ParseMeasure]") -> None:
    rows = [
        (
            one.path,
            one.outcome,
            one.parser or "-",
            f"{one.seconds:.2f}",
            f"{one.budget_seconds:.1f}{'' if one.within_budget else ' OVER'}",
            str(one.peak_mebibytes),
            "-" if one.pages is None else str(one.pages),
            str(one.ocr_pages),
            str(one.characters),
            str(one.tables),
        )
        for one in measures
    ]
    titles = (
        *("FILE", "OUTCOME", "PARSER", "SECONDS", "BUDGET", "PEAK MiB"),
        *("PAGES", "OCR", "CHARACTERS", "TABLES"),
    )
    print_table(titles, rows)
    seconds = sum(one.seconds for one in measures)
    peak = max(one.peak_mebibytes for one in measures)
    read = sum(one.outcome == "read" for one in measures)
    print_lines(
        f"{len(measures)} files: {read} read, {len(measures) - read} refused or failed; "
        f"{seconds:.1f} s in all, at most {peak:,} MiB; "
        f"{sum(not one.within_budget for one in measures)} over budget"
    )
