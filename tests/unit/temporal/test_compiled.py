"""How kernels are compiled."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.errors import TypingError

from catalystindex.temporal.compiled import compiled


def _allocating(size: int) -> float:
    return float(np.zeros(size)[0])


def test_a_kernel_that_allocates_fails_when_it_is_compiled() -> None:
    with pytest.raises(TypingError):
        compiled(_allocating)(3)


KERNEL = """
from catalystindex.temporal.compiled import compilation_told, compiled


@compiled
def twice(number: int) -> int:
    return number + number


with compilation_told(lambda: print("compiling")):
    print(twice(2), twice(2.0))
print(twice(2j))
"""


def run(kernel: Path) -> list[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kernel.parent / "cache")}
    done = subprocess.run(  # our own text
        [sys.executable, str(kernel)], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_compiling_is_told_once_and_not_where_the_cache_has_it(tmp_path: Path) -> None:
    kernel = tmp_path / "kernel.py"
    kernel.write_text(KERNEL, encoding="utf-8")
    assert run(kernel) == ["compiling", "4 4.0", "4j"]
    assert run(kernel) == ["4 4.0", "4j"]
    kernel.write_text(KERNEL.replace("number + number", "2 * number"), encoding="utf-8")
    assert run(kernel) == ["compiling", "4 4.0", "4j"]
