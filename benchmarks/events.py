"""How fast events are decoded and sealed, and how fast AMLSim's sample becomes sealed messages.

Rates are of one core: rows by CPU second of this process, the best of some rounds, so that what
else the machine does counts little. The rate by the clock is printed beside it. The import runs
from the file to sealed messages, without a log. Returns 1 below a bar, 2 without the sample.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.data import VARIABLE, find_data
from catalystindex.model.events.envelope import TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.streaming import codec
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.registry import make_importer

DECODE_BAR = 500_000
IMPORT_BAR = 200_000
SAMPLE = Path("aml") / "amlsim_20K_fanin200cycle200" / "transactions.csv"


class Rate(NamedTuple):
    """Events by second."""

    cpu: float
    clock: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="payments to seal and decode")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    events = payments(options.events)
    sealed = [codec.seal(event).data for event in events]
    print(f"{'':24}{'by CPU second':>16}{'by the clock':>16}{'bar':>12}")
    decoded = best(options.rounds, len(sealed), lambda: decode_all(sealed))
    good = report("decode transactions", decoded, DECODE_BAR)
    report("seal transactions", best(options.rounds, len(events), lambda: seal_all(events)), None)
    data = find_data()
    if data is None or not (data / SAMPLE).is_file():
        print(f"No AMLSim sample: set {VARIABLE} to a folder that holds {SAMPLE}.")
        return 2
    rows = import_file(data / SAMPLE)
    imported = best(options.rounds, rows, lambda: import_file(data / SAMPLE))
    return int(not report("import AMLSim rows", imported, IMPORT_BAR) or not good)


def payments(count: int) -> list[TransactionEvent]:
    """Return payments that differ, with as many fields as a bank's usually have."""
    return [
        TransactionEvent(
            entity_id=f"payment-{number}",
            event_time=1_700_000_000_000_000 + number * 1_000_003,
            source="bench",
            payload=Transaction(
                amount=number * 7_919 % 1_000_000,
                currency="EUR",
                debtor_account=f"DE{number * 31 % 99_991:020}",
                creditor_account=f"FR{number * 17 % 99_991:020}",
                debtor_country="DE",
                creditor_country="FR",
                purpose="SUPP",
                remittance=f"Invoice {number}, thank you",
                channel="online",
            ),
        )
        for number in range(count)
    ]


def decode_all(sealed: list[bytes]) -> None:
    """Decode and let go, as a consumer does."""
    for data in sealed:
        codec.decode(data)


def seal_all(events: list[TransactionEvent]) -> None:
    """Seal and let go."""
    for event in events:
        codec.seal(event)


def import_file(path: Path) -> int:
    """Import a file of AMLSim and return its rows."""
    chunks = make_importer("amlsim", ImportOptions()).chunks(path)
    return sum(chunk.rows for chunk in chunks)


def best(rounds: int, count: int, run: Callable[[], object]) -> Rate:
    """Return the best rates of some rounds."""
    cpu, clock = [], []
    for _ in range(rounds):
        began, began_cpu = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    return Rate(count / min(cpu), count / min(clock))


def report(name: str, rate: Rate, bar: int | None) -> bool:
    """Print a rate and tell whether it reaches its bar."""
    wanted = "" if bar is None else f"{bar:,}"
    print(f"{name:24}{rate.cpu:>16,.0f}{rate.clock:>16,.0f}{wanted:>12}", flush=True)
    return bar is None or rate.cpu >= bar


if __name__ == "__main__":
    sys.exit(main())
