"""Asking for huge pages."""

import sys
from pathlib import Path

import numpy as np
import pytest

from catalystindex.temporal.growing import empty, grown
from catalystindex.temporal.huge_pages import FROM, want_huge_pages

MODE = Path("/sys/kernel/mm/transparent_hugepage/enabled")

linux = pytest.mark.skipif(
    sys.platform != "linux" or not MODE.exists(), reason="this system has no huge pages"
)


def flags_at(address: int) -> list[str]:
    """Return what Linux says of the memory at an address."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split(maxsplit=1)[0]
        if "-" in first and not first.endswith(":"):
            begin, end = (int(part, 16) for part in first.split("-"))
            inside = begin <= address < end
        elif inside and first == "VmFlags:":
            return line.split()[1:]
    return []


@linux
def test_an_array_that_has_grown_large_asks_for_huge_pages() -> None:
    array = empty(np.int64)
    grown(array, 1000)
    grown(array, 64 << 20 >> 3)
    assert "hg" in flags_at(array.ctypes.data + array.nbytes // 2)
    assert not array.any()


@linux
def test_a_small_array_does_not_ask() -> None:
    assert want_huge_pages(np.zeros(FROM, np.int8))
    assert not want_huge_pages(np.zeros(FROM - 1, np.int8))
