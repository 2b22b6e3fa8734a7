"""What a group of features is: names of columns, and a function that fills them for fresh rows.

A group is a thin adapter around kernels. It is given the rows to compute, the first row of each
row's windows, arrays to work in, and where to write; it knows nothing of threads or batches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.growing import room_for
from catalystindex.temporal.layout import Floats, Ints, Longs, Shorts, View

T = TypeVar("T")


class Scratch:
    """Arrays that the kernels of one thread work in. They are kept from call to call.

    What is in them when a kernel begins is left from earlier calls, of this group or, under the
    same name, of another. So kernels mark what they have seen with numbers that were never used
    before (`marks`), and an array that was just made is full of zeros, which are no mark.
    """

    def __init__(self) -> None:
        self._arrays: dict[tuple[str, str], NDArray[Any]] = {}
        self._kept: dict[str, tuple[tuple[int, ...], object]] = {}
        self._marked = 0

    def ints(self, name: str, size: int) -> Ints:
        """Return the 32-bit array of a name, with at least ``size`` elements."""
        return self._array(name, np.int32, size)

    def longs(self, name: str, size: int) -> Longs:
        """Return the 64-bit array of a name, with at least ``size`` elements."""
        return self._array(name, np.int64, size)

    def floats(self, name: str, size: int) -> Floats:
        """Return the floating-point array of a name, with at least ``size`` elements."""
        return self._array(name, np.float64, size)

    def kept(self, name: str, sizes: tuple[int, ...], make: Callable[[], T]) -> T:
        """Return what was made of these arrays under a name; make it anew for other sizes.

        Looking up twenty arrays one by one costs more than a kernel does for a small batch.
        """
        held = self._kept.get(name)
        if held is None or held[0] != sizes:
            held = self._kept[name] = (sizes, make())
        return cast("T", held[1])

    def stamp(self, view: View) -> Longs:
        """Return an array with a place for each account, to be marked with `marks`."""
        return self.longs("stamp", len(view.out.start))

    def marks(self, count: int) -> int:
        """Return the first of ``count`` numbers in a row that no kernel has marked with before.

        They are at least 1. A row number is no such mark: a row may be computed twice.
        """
        first = self._marked + 1
        self._marked += count
        return first

    def _array(self, name: str, dtype: type[np.generic], size: int) -> NDArray[Any]:
        key = (name, np.dtype(dtype).char)
        held = self._arrays.get(key)
        if held is None or len(held) < size:
            made = np.zeros(room_for(size, 0 if held is None else len(held)), dtype)
            if held is not None:
                made[: len(held)] = held
            held = self._arrays[key] = made
        return held


class Runner(Protocol):
    """Fills the columns of a group for rows ``lo <= row < hi`` of a view.

    Element i of every other array belongs to row ``lo + i``. The kernel inside runs without
    Python's lock; other threads fill other rows of the same view meanwhile. It reads no row after
    the one it computes, so that no result depends on the batch.
    """

    def __call__(
        self,
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
        """Write features and flags.

        ``window_rows`` and ``scatter_rows`` hold the first row within `FeatureSettings.window` and
        ``scatter_window`` of each row. ``out`` is (hi - lo, columns of all groups), C-contiguous;
        those of this group begin with number ``column`` and are full of zeros. ``flags`` are
        or-ed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Some features that are computed together."""

    name: str
    """The field of `FeatureSettings` that turns it on, such as ``statistics``."""
    columns: Callable[[FeatureSettings], tuple[str, ...]]
    """Names of its columns; they may depend on settings (``cycles_2`` to ``cycles_4``)."""
    run: Runner

    def wanted(self, settings: FeatureSettings) -> bool:
        """Tell whether settings turn the group on."""
        return bool(getattr(settings, self.name))
