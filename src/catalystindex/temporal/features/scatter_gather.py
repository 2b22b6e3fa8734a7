"""The group of features that count scatter-gathers."""

from typing import Final

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.kernels.marks import Marks
from catalystindex.temporal.kernels.scatter_gather import Work, scatter_gather
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

COLUMNS: Final = ("sg_middlemen", "sg_sources")
"""Most middlemen of a source whose payments reach the payee; sources with two or more."""


def columns(settings: FeatureSettings) -> tuple[str, ...]:
    """Return the names: the same whatever the settings."""
    return COLUMNS


def marks(scratch: Scratch, name: str, accounts: int) -> Marks:
    """Return the set of accounts of a name."""
    return Marks(scratch.longs(name, accounts), scratch.longs(f"{name}.used", 1))


def _work(scratch: Scratch, accounts: int, most: int) -> Work:
    """Return arrays to count in."""
    return Work(
        marks(scratch, "scatter.paid", accounts),
        marks(scratch, "scatter.count", accounts),
        scratch.ints("scatter.sources", most),
        scratch.ints("scatter.middlemen", most),
    )


def run(
    view: View,
    lo: int,
    hi: int,
    window_rows: Ints,
    scatter_rows: Ints,
    settings: FeatureSettings,
    scratch: Scratch,
    out: Floats,
    column: int,
    flags: Shorts,
) -> None:
    """Fill the columns; see `kernels.scatter_gather` for what they count."""
    accounts, most = len(view.out.start), settings.pattern_entries
    work = scratch.kept("scatter", (accounts, most), lambda: _work(scratch, accounts, most))
    scatter_gather(
        view, lo, hi, scatter_rows, most, settings.scatter_gather_steps, work, out, column, flags
    )


SCATTER_GATHER: Final = Group("scatter_gather", columns, run)
