"""The group of features that measure layers and stacks of them."""

from typing import Final

from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.scatter_gather import marks
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.kernels.layers import Work, upper_room
from catalystindex.temporal.kernels.stacks import layers
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

COLUMNS: Final = ("layer_senders", "layer_receivers", "layer_density", "stack_depth")
"""Senders and receivers of the layer that a payment belongs to, the share of their pairs in which
there was a payment, and the layers upon each other (0 where there is none)."""


def columns(settings: FeatureSettings) -> tuple[str, ...]:
    """Return the names: the same whatever the settings."""
    return COLUMNS


def _work(scratch: Scratch, accounts: int, most: int, steps: int) -> Work:
    """Return arrays to look for layers in."""
    return Work(
        marks(scratch, "layers.receiver", accounts),
        marks(scratch, "layers.count", accounts),
        marks(scratch, "layers.level", accounts),
        scratch.ints("layers.last", accounts),
        scratch.ints("layers.receivers", most),
        scratch.ints("layers.senders", most),
        scratch.ints("layers.upper", upper_room(most, steps)),
        scratch.longs("layers.left", 1),
        scratch.longs("layers.flags", 1),
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
    """Fill the columns; see `kernels.layers` for what they measure."""
    accounts, most, steps = len(view.out.start), settings.layer_entries, settings.layer_steps
    sizes = (accounts, most, steps)
    work = scratch.kept("layers", sizes, lambda: _work(scratch, accounts, most, steps))
    layers(view, lo, hi, window_rows, most, steps, work, out, column, flags)


LAYERS: Final = Group("layers", columns, run)
