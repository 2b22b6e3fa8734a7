"""Processes of a server, found by what the kernel says of them."""

import os
import time
from pathlib import Path

WORKER = b"spawn_main"
"""In the command line of a compute worker; the resource tracker of `multiprocessing` has none."""
SAMPLE = 0.06
"""Seconds in which a process that works is seen to take time (the clock ticks at 10 ms)."""


def busy_worker(children: list[int]) -> int | None:
    """Return the compute worker among some processes that takes most time now, if one does."""
    workers = [pid for pid in children if WORKER in _command(pid)]
    before = {pid: ticks(pid) for pid in workers}
    time.sleep(SAMPLE)
    used = {pid: ticks(pid) - before[pid] for pid in workers}
    found = max(used, key=lambda pid: (used[pid], pid), default=None)
    return found if found is not None and used[found] > 0 else None


def left_behind(data: Path) -> list[int]:
    """Return the processes that work on a data folder: it stands in what they were started with."""
    mark = os.fsencode(data)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        if pid != os.getpid() and mark in _command(pid) + _read(folder / "environ"):
            found.append(pid)
    return found


def _command(pid: int) -> bytes:
    return _read(Path(f"/proc/{pid}/cmdline"))


def ticks(pid: int) -> int:
    """Return the time a process has taken, in clock ticks; 0 when it is gone (proc(5): stat)."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended, or is another user's
        return b""
