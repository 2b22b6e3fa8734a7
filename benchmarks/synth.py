"""The synthetic bank: events a second by format and number of workers, and memory.

Each run is `catalystctl synth` in a process of its own, start-up and making the population counted.
Memory is the sum over the run's processes of what each holds alone and its part of what they share
(`Pss` of /proc), sampled; runs of one bank with different numbers of workers must have equal files.
A first part seals one day's payments, given as columns, by struct and by column, to the same ids.
Rates over processor time tell of the product where the machine is busy with other things.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from catalystindex.streaming import codec
from catalystindex.streaming.arrow import batch_to_events
from catalystindex.streaming.arrow_seal import seal_batch
from catalystindex.synthetic.batch import PATTERN, ROLE
from catalystindex.synthetic.config import SynthConfig
from catalystindex.synthetic.world import World

LEAST_RATE = 200_000
MOST_BYTES = 2_000_000_000
FORMATS = ("parquet", "jsonl", "arrow", "csv", "json")
ROUNDS = 3


@dataclass(frozen=True)
class Measure:
    """One run."""

    form: str
    workers: int
    events: int
    seconds: float
    cpu: float
    """Seconds of processor time of all its processes: what a busy machine does not change much."""
    peak: int
    sums: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def main() -> int:
    """Measure and print; return 1 where files differ or a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--workers", default="1,2", help="numbers of workers, with commas")
    options = parser.parse_args()
    _sealing()
    measures = [
        _run(form, int(workers), options.accounts, options.days)
        for form in options.formats.split(",")
        for workers in options.workers.split(",")
    ]
    return 0 if _passed(measures) else 1


def _passed(measures: list[Measure]) -> bool:
    same = all(
        one.sums == other.sums for one in measures for other in measures if one.form == other.form
    )
    rates = [one.rate for one in measures if one.form == "parquet"]
    fast = not rates or max(rates) >= LEAST_RATE
    peak = max(one.peak for one in measures)
    print(f"files of one format     {'equal' if same else 'DIFFER'}")
    if rates:
        print(f"parquet, best           {max(rates):,.0f} events/s (bar {LEAST_RATE:,})")
    print(f"memory, most            {peak / 1e6:,.0f} MB (bar {MOST_BYTES / 1e6:,.0f})")
    return same and fast and peak < MOST_BYTES


def _sealing() -> None:
    batches = World(SynthConfig(accounts=20_000, days=12)).day(10)
    table = next(batch.columns for batch in batches if batch.kind == "transaction")
    table = table.drop_columns([PATTERN, ROLE])
    by_struct, slow = _timed(
        lambda: [codec.seal(one).event_id for one in batch_to_events("transaction", table)]
    )
    by_column, fast = _timed(lambda: seal_batch("transaction", table).event_ids.to_pylist())
    if by_struct != by_column:
        raise SystemExit("ids differ")
    rows = table.num_rows
    print(f"sealing, structs        {rows / slow:,.0f} events per CPU second")
    print(f"sealing, columns        {rows / fast:,.0f} events per CPU second")
    print(f"                        {slow / fast:.1f} times as many")


def _timed(call: Callable[[], list[str]]) -> tuple[list[str], float]:
    best, result = float("inf"), []
    for _ in range(ROUNDS):
        begin = time.process_time()
        result = call()
        best = min(best, time.process_time() - begin)
    return result, best


def _run(form: str, workers: int, accounts: int, days: int) -> Measure:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "catalystindex.cli.main", "synth", "--json"),
            *("--accounts", str(accounts), "--days", str(days), "--workers", str(workers)),
            *("--format", form, "--out", str(Path(folder) / "bank")),
        ]
        begin = time.perf_counter()
        spent = _children_cpu()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603
            memory = _Memory(child.pid)
            output, _ = child.communicate()
            peak = memory.stop()
        seconds, cpu = time.perf_counter() - begin, _children_cpu() - spent
        if child.returncode:
            raise SystemExit(f"catalystctl synth left with {child.returncode}")
    manifest = json.loads(output)
    sums = tuple(file["sha256"] for file in manifest["files"])
    size = sum(file["bytes"] for file in manifest["files"]) / manifest["events"]
    measure = Measure(form, workers, manifest["events"], seconds, cpu, peak, sums)
    print(
        f"{form:<8} {workers} workers    {measure.events:,} events in {seconds:.1f} s, "
        f"{measure.rate:,.0f} events/s, {measure.events / cpu:,.0f} per CPU second, "
        f"{peak / 1e6:,.0f} MB, {size:.0f} bytes/event",
        flush=True,
    )
    return measure


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Memory:
    """Samples what a process and those below it hold."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak = pid, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> int:
        """Return the most bytes that were held at once."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._ended.wait(0.2):
            self._peak = max(self._peak, sum(_held(pid) for pid in _below(self._pid)))


def _below(pid: int) -> list[int]:
    """Return a process and those below it."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return [pid]
    return [pid, *(one for child in text.split() for one in _below(int(child)))]


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    print(f"pyarrow                 {pa.__version__}")
    sys.exit(main())
