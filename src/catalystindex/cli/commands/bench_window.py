"""`catalystctl bench window`: how fast the window and its features are here."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.context import JsonOption, server_part
from catalystindex.cli.output import print_json, print_notes
from catalystindex.cli.window_bench_text import print_window
from catalystindex.model.errors import InvalidRequest

if TYPE_CHECKING:
    from catalystindex.temporal.bench.measure import Options, Report

_HOUR = 3_600_000_000


Synthetic = Annotated[
    int | None, typer.Option(help="Draw a stream of so many edges.", min=100, max=100_000_000)
]
ShapeName = Annotated[str, typer.Option(help="Of the drawn stream: pareto, zipf (hubs) or dense.")]
Edges = Annotated[
    Path | None,
    typer.Option(
        help="CSV or Parquet instead: columns source, target, time, amount.",
        exists=True,
        dir_okay=False,
    ),
]
Hours = Annotated[
    float, typer.Option("--window", help="Hours of the window.", min=0.001, max=87_600)
]
ScatterHours = Annotated[
    float,
    typer.Option("--scatter-window", help="Hours of scatter-gather's.", min=0.001, max=87_600),
]


def window(
    *,
    synthetic: Synthetic = None,
    shape: ShapeName = "pareto",
    seed: Annotated[int, typer.Option(min=0, help="Of the drawn stream.")] = 1,
    edges: Edges = None,
    window_hours: Hours = 24.0,
    scatter_hours: ScatterHours = 6.0,
    cycle_length: Annotated[
        int, typer.Option(help="Edges of the longest cycle.", min=2, max=10)
    ] = 4,
    threads: Annotated[int, typer.Option(help="Threads for features.", min=1, max=256)] = 1,
    repeat: Annotated[int, typer.Option(help="Runs; the best one counts.", min=1)] = 1,
    growth: Annotated[
        bool, typer.Option("--growth", help="Also measure shorter streams, from 10^5 edges on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure edges per second by group of features, delays of batches, memory, bounds that bit.

    Everything is compiled before it is measured. Nothing is stored.
    """
    if (synthetic is None) == (edges is None):
        raise InvalidRequest("Say either --synthetic N or --edges FILE.", field="synthetic")
    if edges is not None and growth:
        raise InvalidRequest("--growth is of drawn streams.", field="growth")
    options = _options(window_hours, scatter_hours, cycle_length, threads, repeat)
    if edges is None:
        report = _of_shape(synthetic or 0, shape, seed, options, growth=growth)
    else:
        stream = server_part("catalystindex.temporal.bench.edge_files").read_edges(edges)
        part = server_part("catalystindex.temporal.bench.measure")
        report = part.measure(stream, edges.name, options, _note)
    if as_json:
        print_json(asdict(report))
    else:
        print_window(report)


def _options(
    window_hours: float, scatter_hours: float, cycle_length: int, threads: int, repeat: int
) -> "Options":
    settings = server_part("catalystindex.temporal.features.settings").FeatureSettings(
        window=round(window_hours * _HOUR),
        scatter_window=round(scatter_hours * _HOUR),
        cycle_length=cycle_length,
    )
    part = server_part("catalystindex.temporal.bench.measure")
    options: Options = part.Options(settings, threads, repeat)
    return options


def _of_shape(edges: int, shape: str, seed: int, options: "Options", *, growth: bool) -> "Report":
    part = server_part("catalystindex.temporal.bench.measure")
    shapes = server_part("catalystindex.temporal.bench.streams").Shape
    if shape not in list(shapes):
        raise InvalidRequest(
            f"{shape!r} is no shape; there are {', '.join(shapes)}.", field="shape"
        )
    report: Report = part.measure_synthetic(
        edges, shapes(shape), seed, options, growth=growth, progress=_note
    )
    return report


def _note(step: str) -> None:
    print_notes(f"measuring: {step}")
