"""The stage of detection in tests: a real log, real records, a loop turned by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.contract import AnyDetector
from catalystindex.detection.live.following import FollowingMaker
from catalystindex.detection.live.stage import GROUP, DetectionStage, LiveSettings
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.clock import FixedClock
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.tenant import Tenant
from catalystindex.owner.detection import AlertWriter
from catalystindex.stores.eventlog.base import EventLog
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.stores.records import alerts as alert_records
from catalystindex.stores.records.alerts import AlertQuery
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.telemetry.metrics import Metrics
from support.detectors import SmallFanIn
from support.eventlog import hand_in, opened
from support.stores import ANA, noon_clock

SECOND = 1_000_000
MINUTE = timedelta(minutes=1)
SETTINGS = DetectionSettings(lateness=0.000_005, idle=30)
"""Five microseconds of lateness: the small detector's window is ten."""


def paid(number: int, source: str, target: str, time: int, version: int = 1) -> TransactionEvent:
    """Return a payment."""
    payload = Transaction(
        amount=100 + number, currency="EUR", debtor_account=source, creditor_account=target
    )
    return TransactionEvent(
        entity_id=f"t{number}", version=version, event_time=time, source="test", payload=payload
    )


class Bench:
    """A data folder with a log and records, in which stages come and go."""

    def __init__(
        self, folder: Path, log: SqliteEventLog, records: Records, clock: FixedClock
    ) -> None:
        self.folder, self.log, self.records, self.clock = folder, log, records, clock
        self.metrics = Metrics()
        self.seconds = 0.0
        """What the clock of log lines says."""
        self.settings = SETTINGS
        self.checkpoint = 0.0
        log.register(GROUP)

    def append(self, *events: Event, tenant: Tenant = ANA) -> None:
        """Append events at an instant of their own."""
        self.clock.advance(timedelta(microseconds=1))
        hand_in(self.log, tenant, *events)

    def stage(
        self,
        sink: object = None,
        log: EventLog | None = None,
        detectors: Sequence[AnyDetector] = (),
    ) -> DetectionStage:
        """Return a stage that has just started."""
        detection, made = self.metrics.detection, tuple(detectors) or (SmallFanIn(),)
        return DetectionStage(
            log or self.log,
            lambda: FollowingMaker(made, self.settings, detection, lambda: self.seconds),
            sink or AlertWriter(self.records, detection),  # type: ignore[arg-type]
            self.folder / "detection",
            self.clock,
            LiveSettings(batch=3, idle=self.settings.idle, checkpoint_every=self.checkpoint),
        )

    def alerts(self, tenant: Tenant = ANA) -> dict[str, AlertRecord]:
        """Return what is stored."""
        with self.records.read() as connection:
            found, _ = alert_records.page(connection, tenant, AlertQuery(limit=10_000))
        return {one.alert_id: one for one in found}

    def committed(self) -> dict[int, int]:
        """Return the positions of the group."""
        return self.log.positions(GROUP)


class Loop:
    """Turns a stage over as `streaming.consumer` does."""

    def __init__(self, bench: Bench, stage: DetectionStage) -> None:
        self._bench, self.stage = bench, stage
        self.positions = bench.committed()

    def turn(self, partition: int) -> bool:
        """Do one turn; tell whether there was anything to do."""
        done = self.stage.take(partition, self.positions[partition])
        if done is not None:
            self.positions[partition] = done.position
        return done is not None

    def drain(self) -> None:
        """Do turns until nothing is left, then rest."""
        while sum(self.turn(partition) for partition in self.positions):
            pass
        self.stage.rest()

    def wait(self) -> None:
        """Let a minute pass."""
        self._bench.clock.advance(MINUTE)

    def end(self) -> None:
        """Do everything, wait until nothing late is waited for, and leave."""
        self.drain()
        self.wait()
        self.stage.rest()
        self.stage.leave()


@contextmanager
def bench_in(folder: Path, partitions: int = 2) -> Iterator[Bench]:
    clock = noon_clock()
    records = open_sqlite(folder, clock, 20)
    try:
        with opened(folder, clock, partitions) as log:
            yield Bench(folder, log, records, clock)
    finally:
        records.close()
