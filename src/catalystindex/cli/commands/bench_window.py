"""`catalystctl bench window`: how fast the window and its features are here."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalystindex.cli.compiling import note_compilation
from catalystindex.cli.context import JsonOption, server_part
from catalystindex.cli.output import print_json, print_notes
from catalystindex.cli.window_bench_text import (
    print_growth_head,
    print_growth_order,
    print_growth_point,
    print_window,
)
from catalystindex.model.errors import InvalidRequest

if TYPE_CHECKING:
    from catalystindex.temporal.bench.growth import Point
    from catalystindex.temporal.bench.measure import Options, Report
    from catalystindex.temporal.bench.streams import Shape

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


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
Threads = Annotated[
    int | None, typer.Option(help="Threads for features; all cores unless told.", min=1, max=256)
]
ScatterHours = Annotated[
    float,
    typer.Option("--scatter-window", help="Hours of scatter-gather's.", min=0.001, max=87_600),
]


def window(
    context: typer.Context,
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
    threads: Threads = None,
    repeat: Annotated[int, typer.Option(help="Runs; the best one counts.", min=1)] = 1,
    growth: Annotated[
        bool,
        typer.Option("--growth", help="Measure nothing but streams of 10^5 edges to N (10^7)."),
    ] = False,
    days: Annotated[int, typer.Option(help="Days of a drawn stream.", min=1, max=3_650)] = 10,
    keep_days: Annotated[
        float | None,
        typer.Option(help="Days that the window holds. Default: what features look back.", min=0),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure edges per second by group of features, delays of batches, memory, bounds that bit.

    Everything is compiled before it is measured. Nothing is stored. With --growth, it is how time
    and memory grow with the stream instead, each point printed as soon as it is measured.
    """
    if edges is not None and growth:
        raise InvalidRequest("--growth is of drawn streams.", field="growth")
    if (synthetic is None) == (edges is None) and not growth:
        raise InvalidRequest("Say either --synthetic N or --edges FILE.", field="synthetic")
    note_compilation(context)
    settings = server_part("catalystindex.temporal.features.settings").FeatureSettings(
        window=round(window_hours * _HOUR),
        scatter_window=round(scatter_hours * _HOUR),
        cycle_length=cycle_length,
    )
    measure = server_part("catalystindex.temporal.bench.measure")
    workers = threads or server_part("catalystindex.temporal.bench.machine").this_machine().cores
    options: Options = measure.Options(settings, workers, repeat, round((keep_days or 0) * _DAY))
    if growth:
        _growth(synthetic, _shape(shape), seed, days, options, as_json=as_json)
        return
    if edges is None:
        name = f"{shape}, {synthetic:,} edges drawn over {days} days, seed {seed}"
        streams = server_part("catalystindex.temporal.bench.streams")
        stream = streams.synthetic(synthetic, _shape(shape), seed, days)
    else:
        name = edges.name
        stream = server_part("catalystindex.temporal.bench.edge_files").read_edges(edges)
    report: Report = measure.measure(stream, name, options, _note)
    if as_json:
        print_json(asdict(report))
    else:
        print_window(report)


def _shape(name: str) -> "Shape":
    shapes = server_part("catalystindex.temporal.bench.streams").Shape
    if name not in list(shapes):
        raise InvalidRequest(f"{name!r} is no shape; there are {', '.join(shapes)}.", field="shape")
    shape: Shape = shapes(name)
    return shape


def _growth(
    edges: int | None, shape: "Shape", seed: int, days: int, options: "Options", *, as_json: bool
) -> None:
    """Measure streams of growing length; print each point at once, or all of them as JSON."""
    part = server_part("catalystindex.temporal.bench.growth")
    machine = server_part("catalystindex.temporal.bench.machine").this_machine()
    name = f"{shape}, drawn over {days} days, seed {seed}"
    if not as_json:
        print_growth_head(name, machine, options)
    points: list[Point] = []
    for point in part.growth(edges or part.LONGEST, shape, seed, options, days, _note):
        points.append(point)
        if not as_json:
            print_growth_point(point)
    order = part.order_of(points)
    if as_json:
        print_json(
            {
                "machine": asdict(machine),
                "stream": name,
                "options": asdict(options),
                "growth": [asdict(point) for point in points],
                "order": order,
            }
        )
    elif order is not None:
        print_growth_order(points, order)


def _note(step: str) -> None:
    print_notes(f"measuring: {step}")
