"""From the event log to stored alerts: payments per second, and whether alerts are right.

A synthetic bank is written into a new log. Then the stage of detection follows the log with nothing
else beside it, as `catalystctl consume detect` does: read, decode, order, window, detectors, alerts
in the records. Compiling is not measured: a small bank goes first.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from catalystindex.config.settings import Settings
from catalystindex.detection.evaluate import Evaluation, Judged, Pattern, evaluate
from catalystindex.detection.live.stage import GROUP
from catalystindex.model.alert import AlertState
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.clock import FixedClock, SystemClock
from catalystindex.model.tenant import Tenant
from catalystindex.owner.detection import detection_stage
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.stores.records import alerts as alert_records
from catalystindex.stores.records.alerts import AlertQuery
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.streaming.stage import Stage
from catalystindex.synthetic.truth import TRUTH_FILE, Truth
from catalystindex.telemetry.metrics import Metrics

QUIET = {f"CATALYST_CONSUMERS__{name}": "false" for name in ("GRAPH", "VECTORS", "DETECT")}
IDLE = timedelta(minutes=5)
SMALL = 500
PAGE = 500


@dataclass(frozen=True)
class Measured:
    """What one run did."""

    payments: int
    seconds: float
    cpu: float
    """Seconds of processor time: on a busy machine the better measure."""
    alerts: list[AlertRecord]


@contextmanager
def bank(accounts: int, days: int, seed: int) -> Iterator[Path]:
    """Give a data folder whose log holds a bank; its truth is in ``truth`` within."""
    with tempfile.TemporaryDirectory(prefix="catalystindex-") as scratch:
        folder = Path(scratch)
        command = [
            sys.executable, "-m", "catalystindex.cli.main", "--data-dir", str(folder), "synth",
            "--format", "log", "--create", "--accounts", str(accounts), "--days", str(days),
            "--seed", str(seed), "--out", str(folder / "truth"),
        ]  # fmt: skip
        subprocess.run(command, check=True, env=os.environ | QUIET, stdout=subprocess.DEVNULL)  # noqa: S603
        yield folder


def follow(folder: Path) -> Measured:
    """Follow a log to its end; return how long it took and what was found."""
    clock = FixedClock(SystemClock().now())
    settings = Settings(data_dir=folder)
    log = SqliteEventLog(folder, settings.events.partitions, clock)
    records = open_sqlite(folder, clock, settings.records.busy_timeout)
    metrics = Metrics()
    try:
        log.register(GROUP)
        stage = detection_stage(settings, log, records, metrics)(lambda _: True, lambda _: None)
        began, cpu = time.perf_counter(), time.process_time()
        payments = _drain(stage, log)
        clock.advance(IDLE)
        stage.rest()
        stage.leave()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        return Measured(payments, seconds, cpu, _stored(records, _tenant(log)))
    finally:
        log.close()
        records.close()


def _drain(stage: Stage, log: SqliteEventLog) -> int:
    positions, payments, worked = log.positions(GROUP), 0, True
    while worked:
        worked = False
        for partition in sorted(positions):
            done = stage.take(partition, positions[partition])
            if done is not None:
                worked, positions[partition] = True, done.position
                payments += sum(
                    n for (kind, _), n in done.outcomes.items() if kind == "transaction"
                )
    return payments


def _tenant(log: SqliteEventLog) -> Tenant:
    record = next(r for p in range(log.partitions) for r in log.read(p, 0, 1))
    return restore_tenant(record.tenant, record.user)


def _stored(records: Records, tenant: Tenant) -> list[AlertRecord]:
    found: list[AlertRecord] = []
    cursor: str | None = None
    while True:
        with records.read() as connection:
            query = AlertQuery(limit=PAGE, cursor=cursor)
            page, cursor = alert_records.page(connection, tenant, query)
        found += page
        if cursor is None:
            return found


def compared(alerts: list[AlertRecord], truth: Path, accounts: int) -> Evaluation:
    """Hold alerts against what was planted in payments."""
    patterns = []
    for line in truth.read_bytes().splitlines():
        one = msgspec.json.decode(line, type=Truth)
        if "transaction" in one.kinds:
            name = f"{one.typology}#{one.pattern}"
            patterns.append(Pattern(name, one.typology, frozenset(one.event_ids), one.lookalike))
    judged = [
        Judged(
            one.alert_id, one.typology, frozenset(one.event_ids), one.score,
            one.state is AlertState.EXPLAINED,
        )
        for one in alerts
    ]  # fmt: skip
    return evaluate(judged, patterns, accounts)


def main() -> None:
    """Make banks, follow their logs, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with bank(SMALL, 5, 1) as folder:
        follow(folder)
    with bank(chosen.accounts, chosen.days, chosen.seed) as folder:
        measured = follow(folder)
        found = compared(measured.alerts, folder / "truth" / TRUTH_FILE, chosen.accounts)
    rate = measured.payments / measured.seconds
    print(f"{measured.payments:,} payments in {measured.seconds:.1f} s: {rate:,.0f}/s,")
    print(f"{measured.payments / measured.cpu:,.0f} per second of processor time,")
    print(f"{len(measured.alerts)} alerts, false: {len(found.false_alerts)}")
    for name, one in sorted(found.by_typology.items()):
        print(
            f"{name:24}{one.patterns:5} planted{one.found:5} found{one.named:5} named"
            f"{one.alerts:6} open{one.true:5} true{one.precise:5} of its own"
        )
    print("look-alikes alerted:", {k: v for k, v in found.lookalikes.items() if v[1]} or "none")


if __name__ == "__main__":
    main()
