"""What was measured of the window, for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from catalystindex.cli.output import print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.temporal.bench.growth import Point
    from catalystindex.temporal.bench.machine import Machine
    from catalystindex.temporal.bench.measure import Options, Report

_MEBIBYTE = 1 << 20

_COLUMNS: Final = "".join(
    f"{name:>12}" for name in ("EDGES", "EDGES/S", "S/MILLION", "HELD", "HELD MiB", "PEAK MiB")
)


def print_window(report: "Report") -> None:
    """Print a report as tables, with what it was measured on."""
    print_lines(
        f"{report.stream}: {report.edges:,} payments among {report.accounts:,} accounts",
        *_setting(report.machine, report.options),
        "",
    )
    print_table(
        ("GROUP", "EDGES/S", "CAPPED"),
        [
            (rate.group, f"{rate.edges_per_second:,.0f}", f"{rate.capped:.2%}")
            for rate in report.rates
        ],
    )
    print_lines("")
    print_table(
        ("BATCH", "P50 MS", "P99 MS", "EDGES/S"),
        [
            (one.batch, f"{one.p50_ms:.2f}", f"{one.p99_ms:.2f}", f"{one.edges_per_second:,.0f}")
            for one in report.delays
        ],
    )
    print_lines(
        "",
        f"capped: a list {report.capped_list:.2%}, a search {report.capped_search:.2%} of payments",
        f"memory: at most {report.peak_bytes / _MEBIBYTE:,.0f} MiB, of the process with its "
        f"stream; window {report.window_bytes / _MEBIBYTE:,.1f} MiB "
        f"for {report.window_rows:,} payments",
    )


def print_growth_head(name: str, machine: "Machine", options: "Options") -> None:
    """Print what the points are of, and the heads of their columns."""
    print_lines(name, *_setting(machine, options), "", _COLUMNS, flush=True)


def print_growth_point(point: "Point") -> None:
    """Print a line of the curve."""
    print_lines(
        f"{point.edges:>12,}{point.edges_per_second:>12,.0f}{point.seconds_per_million:>12.2f}"
        f"{point.window_rows:>12,}{point.window_bytes / _MEBIBYTE:>12,.0f}"
        f"{point.peak_bytes / _MEBIBYTE:>12,.0f}",
        flush=True,
    )


def print_growth_order(points: "Sequence[Point]", order: float) -> None:
    """Print how far time is from linear."""
    first, last = points[0], points[-1]
    print_lines(
        "",
        f"time grows like edges to the power of {order:.2f} (1 is linear): "
        f"{last.edges / first.edges:,.0f} times the edges took "
        f"{last.seconds / first.seconds:,.0f} times as long",
    )


def _setting(machine: "Machine", options: "Options") -> tuple[str, str]:
    """Return what was asked for, and what it ran on."""
    settings = options.settings
    keep = max(options.keep, settings.lookback)
    asked = (
        f"window {_hours(settings.window)}, scatter-gather {_hours(settings.scatter_window)}, "
        f"{_hours(keep)} held, cycles to {settings.cycle_length}; threads {options.threads}, "
        f"best of {options.repeat}"
    )
    ran = (
        f"machine: {machine.cores} cores ({machine.processor}), load {machine.load} before; "
        f"Python {machine.python}, numba {machine.numba}"
    )
    return asked, ran


def _hours(micros: int) -> str:
    return f"{micros / 3_600_000_000:g} h"
