"""Detection in one workspace, as its events come."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.alerts import AlertBook
from catalystindex.detection.contract import AnyDetector, lookback_of
from catalystindex.detection.engine import Engine
from catalystindex.detection.live.notices import Notices
from catalystindex.detection.live.workspace import Appended, Workspace
from catalystindex.detection.making import make_book
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import CatalystError, WindowFileInvalid
from catalystindex.model.events.envelope import AccountEvent, TransactionEvent
from catalystindex.model.ids import content_id
from catalystindex.model.tenant import Tenant
from catalystindex.stores.array_file import Packed, read_packed, write_packed
from catalystindex.telemetry.detection_metrics import DetectionMetrics, LateReason
from catalystindex.temporal.holders import Changes, Holders
from catalystindex.temporal.intake import from_events
from catalystindex.temporal.money import Money
from catalystindex.temporal.reorder import Reorder, Turned
from catalystindex.temporal.saved import Arrays
from catalystindex.temporal.versions import Versions
from catalystindex.temporal.window import Window

FORMAT = 3
"""Of what is saved."""
MICROS = 1_000_000
AHEAD = 86_400 * MICROS
"""How far a payment may be ahead of the clock and still close time, in microseconds."""
WINDOW, REORDER, HOLDERS, BOOK, OWNER = "window.", "reorder.", "holders.", "book", "owner"
"""How names of arrays begin, by what they are of."""


class Following:
    """The state of a workspace: what waits, the window, accounts, and alerts that may grow."""

    def __init__(
        self,
        owner: Tenant,
        detectors: Sequence[AnyDetector],
        settings: DetectionSettings,
        metrics: DetectionMetrics,
        notices: Notices,
        window: Window | None = None,
        changes: Changes | None = None,
    ) -> None:
        self._owner, self._metrics, self._notices = owner, metrics, notices
        self._engine = Engine(detectors, window)
        self._codes = self._engine.window.codes
        self._holders = Holders(self._codes, changes)
        self._money = Money(settings.reference_currency, settings.rates)
        keep = self._engine.window.keep
        self._reorder = Reorder(round(settings.lateness * MICROS), keep, AHEAD)
        self._book: AlertBook = make_book(detectors, settings)

    @property
    def is_open(self) -> bool:
        """Whether payments wait for others that might come late, and not for their own time."""
        return self._reorder.is_open

    def take(self, groups: Sequence[Appended]) -> list[AlertRecord]:
        """Take what was appended, in order; return alerts that are new or changed.

        Payments are handed on together as long as nothing is said of accounts: what holds of an
        account for the payments of a group does not depend on how groups came.
        """
        alerts: list[AlertRecord] = []
        events: list[TransactionEvent] = []
        instants: list[int] = []
        for group in groups:
            accounts = [one for one in group.events if isinstance(one, AccountEvent)]
            if accounts:
                alerts += self._add(events, instants)
                events, instants = [], []
                self._holders.apply(accounts)
            payments = [one for one in group.events if isinstance(one, TransactionEvent)]
            events += payments
            instants += [group.instant] * len(payments)
        return alerts + self._add(events, instants)

    def close_open(self) -> list[AlertRecord]:
        """Look at what still waits for events that might come late."""
        return self._look(self._reorder.close())

    def save(self, path: Path) -> None:
        """Put the state into a file, which is not waited for."""
        said, rows = self._engine.window.packed()
        arrays = {
            **_named(WINDOW, rows),
            **_named(REORDER, self._reorder.state()),
            **_named(HOLDERS, self._holders.changes._asdict()),
            BOOK: np.frombuffer(self._book.state(), np.uint8),
            OWNER: np.frombuffer(self._owner.key.encode(), np.uint8),
        }
        write_packed(path, Packed(said, arrays))

    def restore(self, arrays: Arrays) -> None:
        """Take over what waits and the alerts that may grow. Raises `KeyError`."""
        self._reorder.restore(_of(REORDER, arrays))
        self._book.restore(arrays[BOOK].tobytes())

    def _add(
        self, events: Sequence[TransactionEvent], instants: Sequence[int]
    ) -> list[AlertRecord]:
        if not events:
            return []
        versions = from_events(events, self._codes, self._money)
        self._count_money()
        return self._look(self._reorder.add(versions, np.array(instants, np.int64)))

    def _look(self, turned: Turned) -> list[AlertRecord]:
        """Detect in payments whose time is closed."""
        self._notices.tell()
        self._count_late(turned.late, "late")
        self._count_late(turned.corrected, "corrected")
        if not len(turned.payments.time):
            return []
        began = time.perf_counter()
        findings = self._engine.advance(self._holders.fill(turned.payments))
        alerts = self._book.fold(findings)
        window = self._engine.window
        self._book.forget(window.last_time - window.keep)
        for one in findings:
            self._metrics.finding(one.detector, one.bounds)
        self._metrics.batch(time.perf_counter() - began, len(turned.payments.time))
        return alerts

    def _count_late(self, versions: Versions, reason: LateReason) -> None:
        if versions.rows:
            self._metrics.late(reason, versions.rows)
            self._notices.add("payments_too_late", reason, versions.rows)

    def _count_money(self) -> None:
        """Count amounts that were not converted as they should be, since the last time."""
        money = self._money
        for currency, payments in sorted(money.unrated.items()):
            self._metrics.unrated(currency, payments)
            self._notices.add("payments_without_rate", currency, payments)
        if money.capped:
            self._metrics.capped(money.capped)
            self._notices.add("amounts_capped", "amount", money.capped)
        money.unrated, money.capped = Counter(), 0


class FollowingMaker:
    """Makes and loads the state of workspaces, as `Workspaces`."""

    def __init__(
        self,
        detectors: Sequence[AnyDetector],
        settings: DetectionSettings,
        metrics: DetectionMetrics,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._detectors, self._settings, self._metrics = tuple(detectors), settings, metrics
        self._timer = timer
        rules = {one.name: [one.version, one.params.model_dump(mode="json")] for one in detectors}
        said = settings.model_dump(mode="json", exclude={"enabled", "disabled", "idle"})
        self.identity = content_id("detection", FORMAT, json.dumps([rules, said], sort_keys=True))

    def make(self, tenant: Tenant) -> Workspace:
        """Return one that has seen nothing."""
        notices = self._notices(tenant)
        return Following(tenant, self._detectors, self._settings, self._metrics, notices)

    def load(self, tenant: Tenant, path: Path) -> Workspace:
        """Return one as it was saved. Raises `WindowFileInvalid`."""
        said, arrays = read_packed(path)
        window = Window.unpacked(Packed(said, _of(WINDOW, arrays)))
        if window.keep != lookback_of(self._detectors):
            raise WindowFileInvalid("The window that was saved keeps another time.")
        try:
            if arrays[OWNER].tobytes() != tenant.key.encode():
                raise WindowFileInvalid("The state of detection is that of another workspace.")
            changes = Changes(**_of(HOLDERS, arrays))
            notices = self._notices(tenant)
            made = Following(
                tenant, self._detectors, self._settings, self._metrics, notices, window, changes
            )
            made.restore(arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise WindowFileInvalid(f"The state of detection lacks {error}.") from error
        except CatalystError as error:
            raise WindowFileInvalid(error.detail) from error
        return made

    def _notices(self, tenant: Tenant) -> Notices:
        return Notices(tenant.key, self._timer)


def _named(prefix: str, arrays: Arrays) -> Arrays:
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def _of(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """Return the arrays whose names begin so, without that."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
