"""A small detector, written against the contract and nothing else: fan-in within a window."""

import os
import signal
import time
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from catalystindex.detection.contract import Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding, Reason
from catalystindex.temporal.layout import NEVER, NOBODY, Fresh
from catalystindex.temporal.payments import Payments, event_id
from catalystindex.temporal.window import Window


class FanInParameters(Parameters):
    """Parameters of `SmallFanIn`."""

    window: int = Field(default=10, ge=1, description="Microseconds that a fan-in may take.")
    senders: int = Field(default=3, ge=2, description="Distinct senders at least.")


class SmallFanIn(Detector[FanInParameters]):
    """An account is paid by several others within a window; slow, and simple to read."""

    name: ClassVar[str] = "small_fan_in"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "fan_in"
    title: ClassVar[str] = "Several accounts pay one"
    definition: ClassVar[str] = "At least `senders` distinct accounts pay one within `window`."
    sources: ClassVar[tuple[Source, ...]] = (Source("Nobody", "For tests", 2024),)
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("senders", 60, "Distinct senders."),
        Weight("woken", 20, "The collector had been quiet for longer than the window."),
    )
    parameters = FanInParameters

    @property
    def lookback(self) -> int:
        """The window."""
        return self.params.window

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Look at each fresh row by itself."""
        found = (self._at(window, row) for row in range(fresh.lo, fresh.hi))
        return [one for one in found if one is not None]

    def _at(self, window: Window, row: int) -> Finding | None:
        view = window.view
        at = row - view.base
        target, now = int(view.target[at]), int(view.time[at])
        if target == NOBODY or int(view.source[at]) in (NOBODY, target):
            return None
        rows = np.arange(max(view.first, view.base), row + 1)
        place = rows - view.base
        source = view.source[place]
        of = (view.target[place] == target) & (source != NOBODY) & (source != target)
        rows = rows[of & (view.time[place] >= now - self.params.window)]
        senders = sorted({window.account(int(one)) for one in view.source[rows - view.base]})
        if len(senders) < self.params.senders:
            return None
        before = int(window.column("target_before")[at])
        quiet = before != NEVER and before < now - 2 * self.params.window
        return self._finding(window, rows, target, senders, quiet=quiet)

    def _finding(
        self, window: Window, rows: np.ndarray[tuple[int], np.dtype[np.int64]], target: int,
        senders: list[str], *, quiet: bool,
    ) -> Finding:  # fmt: skip
        place = rows - window.base
        times = tuple(int(one) for one in window.view.time[place])
        reasons = [Reason("senders", 60, f"{len(senders)} senders")]
        reasons += [Reason("woken", 20, "it was quiet before")] if quiet else []
        collector = window.account(target)
        return Finding(
            detector=self.name,
            version=self.version,
            typology=self.typology,
            anchor=(collector,),
            roles={"collector": (collector,), "sender": tuple(senders)},
            event_ids=window.event_ids(rows),
            event_times=times,
            start=times[0],
            end=times[-1],
            amount=int(window.view.amount[place].sum()),
            reasons=tuple(reasons),
            score=sum(one.weight for one in reasons),
            rationale=f"{len(senders)} accounts paid {collector}.",
        )


class Wakening(Detector[Parameters]):
    """An account pays after having been quiet: sees nothing but what the window remembers."""

    name: ClassVar[str] = "wakening"
    version: ClassVar[int] = 1
    typology: ClassVar[str] = "dormant_reactivation"
    title: ClassVar[str] = "An account pays again"
    definition: ClassVar[str] = "An account pays that was last active 20 microseconds before."
    sources: ClassVar[tuple[Source, ...]] = (Source("Nobody", "For tests", 2024),)
    weights: ClassVar[tuple[Weight, ...]] = (Weight("quiet", 60, "How long it was quiet."),)
    parameters = Parameters

    QUIET = 20

    @property
    def lookback(self) -> int:
        """Nothing but the payment itself."""
        return 1

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Look at each fresh row by itself."""
        found = (self._at(window, row) for row in range(fresh.lo, fresh.hi))
        return [one for one in found if one is not None]

    def _at(self, window: Window, row: int) -> Finding | None:
        at = row - window.base
        source, now = int(window.view.source[at]), int(window.view.time[at])
        before = int(window.column("source_before")[at])
        if source == NOBODY or before == NEVER or now - before < self.QUIET:
            return None
        return Finding(
            detector=self.name,
            version=self.version,
            typology=self.typology,
            anchor=(window.account(source),),
            roles={"account": (window.account(source),)},
            event_ids=window.event_ids(np.array([row])),
            event_times=(now,),
            start=now,
            end=now,
            amount=int(window.view.amount[at]),
            reasons=(Reason("quiet", 60, f"quiet for {now - before}"),),
            score=60,
            rationale=f"{window.account(source)} was quiet for {now - before}.",
        )


class Breaking(SmallFanIn):
    """Raises at payments of an amount, kills its process at another, sleeps at a third."""

    name: ClassVar[str] = "breaking"
    RAISES = 13
    KILLS = 14
    SLEEPS = 15

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        """Break, if there is reason to."""
        amounts = window.column("amount")[fresh.lo - window.base : fresh.hi - window.base]
        if self.KILLS in amounts:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.SLEEPS in amounts:
            time.sleep(300)
        if self.RAISES in amounts:
            raise ZeroDivisionError("a detector is broken")
        return super().detect(window, fresh)


def ids_of(payments: Payments) -> list[str]:
    """Return event ids."""
    pairs = zip(payments.id_high.tolist(), payments.id_low.tolist(), strict=True)
    return [event_id(high, low) for high, low in pairs]
