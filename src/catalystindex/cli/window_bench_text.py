"""What was measured of the window, for people."""

from typing import TYPE_CHECKING

from catalystindex.cli.output import print_lines, print_table

if TYPE_CHECKING:
    from catalystindex.temporal.bench.measure import Report

_MEBIBYTE = 1 << 20


def print_window(report: "Report") -> None:
    """Print a report as tables, with what it was measured on."""
    machine, options = report.machine, report.options
    settings = options.settings
    print_lines(
        f"{report.stream}: {report.edges:,} payments among {report.accounts:,} accounts",
        f"window {_hours(settings.window)}, scatter-gather {_hours(settings.scatter_window)}, "
        f"cycles to {settings.cycle_length}; threads {options.threads}, "
        f"best of {options.repeat}",
        f"machine: {machine.cores} cores ({machine.processor}), load {machine.load} before; "
        f"Python {machine.python}, numba {machine.numba}",
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
    if report.growth:
        _print_growth(report)


def _print_growth(report: "Report") -> None:
    print_lines("")
    print_table(
        ("EDGES", "EDGES/S", "PEAK MiB"),
        [
            (
                f"{one.edges:,}",
                f"{one.edges_per_second:,.0f}",
                f"{one.peak_bytes / _MEBIBYTE:,.0f}",
            )
            for one in report.growth
        ],
    )


def _hours(micros: int) -> str:
    return f"{micros / 3_600_000_000:g} h"
