"""`catalystctl bench`: measure parts of the product on one's own data and machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.commands import bench_window
from catalystindex.cli.context import JsonOption, server_part, session_of
from catalystindex.cli.output import print_json, print_lines, print_table, progress
from catalystindex.cli.retrieval import print_retrieval
from catalystindex.model.errors import InvalidRequest

if TYPE_CHECKING:
    from catalystindex.jobs.parse_bench import ParseMeasure

app = typer.Typer(
    no_args_is_help=True, help="Measure reading, retrieval and detection, on data of one's own."
)
app.command("window")(bench_window.window)

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


@app.command("retrieval")
def retrieval(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(help="Collection in BEIR's layout.", exists=True, file_okay=False),
    ],
    *,
    mode: Annotated[str, typer.Option(help="`economy` is the one mode of this version.")] = (
        "economy"
    ),
    split: Annotated[
        str | None, typer.Option(help="Judgements to measure by. Default: test.")
    ] = None,
    limit_queries: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first so many judged queries.")
    ] = None,
    retrievers: Annotated[
        str, typer.Option(help="Which to measure: dense, sparse, fusion; with commas.")
    ] = "dense,sparse,fusion",
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap's resampling.")] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder to keep the index in, for further runs."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure search on a judged collection: nDCG@10, Recall@100, MRR@10, speed.

    Documents and questions go through the product's own pipeline and search, in a temporary
    folder. Leaves with 2 if the collection lacks a file, the split or any judged query.
    """
    settings = session_of(context).settings
    part = server_part("catalystindex.jobs.retrieval_bench")
    server_part("catalystindex.telemetry.logs").configure_logs("error", "console")
    systems = [name.strip() for name in retrievers.split(",") if name.strip()]
    options = part.Options(mode, split, limit_queries, tuple(dict.fromkeys(systems)), seed, keep)
    bench = part.RetrievalBench(settings, folder, options)
    with progress("Measuring", bench.steps) as bar:
        report = bench.run(lambda done: bar.advance(bar.task_ids[0], done))
    if as_json:
        print_json(report)
    else:
        print_retrieval(report)


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
