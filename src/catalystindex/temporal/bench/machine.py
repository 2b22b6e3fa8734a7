"""What a measurement ran on: rates mean nothing without it."""

import os
import platform
import resource
import sys
from dataclasses import dataclass

import numba


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores and versions, and how busy the machine was."""

    cores: int
    """That this process may use."""
    load: float
    """Processes that ran or waited, on average of the last minute, before the measurement."""
    processor: str
    python: str
    numba: str


def this_machine() -> Machine:
    """Return what this process runs on."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return Machine(
        cores,
        round(os.getloadavg()[0], 2),
        platform.machine(),
        platform.python_version(),
        numba.__version__,
    )


def peak_bytes() -> int:
    """Return the most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
