"""The shared checks of detectors: a good one passes all, each kind of bad one is named."""

from collections.abc import Sequence
from itertools import count
from typing import ClassVar

import pytest
from msgspec.structs import replace

from catalystindex.detection.checks import Case, Check, CheckFailed, checks_of
from catalystindex.detection.contract import DAY, Detector, Parameters, Source, Weight
from catalystindex.detection.finding import Finding, Reason
from catalystindex.temporal.layout import NOBODY, Fresh
from catalystindex.temporal.window import Window
from support.scenes import Pay, daily_life, scene

_LARGE = 4 * 10**15
CASE = Case(
    pattern=scene("large", [Pay(5 * DAY, "person-1", "stranger", _LARGE)], daily_life(20)),
    clean=scene("clean", [], daily_life(20)),
    lookalikes=[scene("nearly", [Pay(5 * DAY, "person-1", "stranger", _LARGE // 2)])],
)


class Large(Detector[Parameters]):
    """Finds payments of an absurd size."""

    name = "large"
    version = 1
    typology = "large"
    title = "A large payment"
    definition = "A payment of at least 4 x 10^15."
    sources = (Source("Nobody", "Nothing", 2020),)
    weights: ClassVar[tuple[Weight, ...]] = (Weight("size", 100, "It is large."),)
    parameters = Parameters
    least = _LARGE

    @property
    def lookback(self) -> int:
        return DAY

    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        rows = range(fresh.lo, fresh.hi)
        amounts = window.column("amount")
        return [
            self.tell(window, row, int(amounts[row - window.base]))
            for row in rows
            if amounts[row - window.base] >= self.least
        ]

    def tell(self, window: Window, row: int, amount: int) -> Finding:
        at = row - window.base
        source = int(window.column("source")[at])
        when = int(window.column("time")[at])
        name = window.account(source) if source != NOBODY else "cash"
        return Finding(
            detector=self.name, version=self.version, typology=self.typology, anchor=(name,),
            roles={"payer": (name,)}, event_ids=self.ids(window, row),
            event_times=(when,), start=when, end=when,
            amount=amount, reasons=(Reason("size", 100, "large"),), score=100, rationale="Large.",
        )  # fmt: skip

    def ids(self, window: Window, row: int) -> tuple[str, ...]:
        return window.event_ids(window.column("tie")[:1] * 0 + row)


class Blind(Large):
    least = 2 * _LARGE


class Noisy(Large):
    least = 8_000


class FooledByLooks(Large):
    least = _LARGE // 2


class Fickle(Large):
    numbers = count()

    def tell(self, window: Window, row: int, amount: int) -> Finding:
        made = super().tell(window, row, amount)
        return replace(made, amount=next(self.numbers))


class Overrated(Large):
    weights: ClassVar[tuple[Weight, ...]] = (
        Weight("size", 60, "It is large."),
        Weight("other", 40, "Never given."),
    )


class ReadsCodes(Large):
    def tell(self, window: Window, row: int, amount: int) -> Finding:
        return super().tell(window, row, int(window.column("source")[row - window.base]))


class SeesTheBatch(Large):
    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        found = super().detect(window, fresh)
        return found if fresh.hi - fresh.lo > 2 else []


class SeesTheWindow(Large):
    def tell(self, window: Window, row: int, amount: int) -> Finding:
        return super().tell(window, row, row - window.first)


class Raises(Large):
    def detect(self, window: Window, fresh: Fresh) -> Sequence[Finding]:
        methods = window.column("method")[fresh.lo - window.base : fresh.hi - window.base]
        if (methods == 7).any():
            raise ZeroDivisionError("a fee")
        return super().detect(window, fresh)


class Nameless(Large):
    title = ""


class WrongEvidence(Large):
    def tell(self, window: Window, row: int, amount: int) -> Finding:
        made = super().tell(window, row, amount)
        return replace(made, end=made.end + 1)


def _check(detector: Large, name: str) -> Check:
    [check] = [one for one in checks_of(detector, CASE) if one.name == name]
    return check


@pytest.mark.parametrize("check", checks_of(Large(), CASE), ids=lambda one: one.name)
def test_a_good_detector_passes(check: Check) -> None:
    check.run()


@pytest.mark.parametrize(
    ("detector", "check"),
    [
        (Blind(), "fires_on_its_pattern"),
        (Noisy(), "silent_on_clean"),
        (FooledByLooks(), "silent_on_nearly"),
        (Fickle(), "deterministic"),
        (Overrated(), "findings_are_whole"),
        (ReadsCodes(), "codes_do_not_matter"),
        (SeesTheBatch(), "batches_do_not_matter"),
        (SeesTheWindow(), "history_beyond_lookback"),
        (Raises(), "odd_input"),
        (Nameless(), "describes_itself"),
        (WrongEvidence(), "findings_are_whole"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_a_bad_detector_is_named(detector: Large, check: str) -> None:
    with pytest.raises((CheckFailed, ZeroDivisionError)):
        _check(detector, check).run()


def test_findings_at_every_payment_of_a_hub_are_too_many() -> None:
    detector = Large()
    detector.least = 0
    with pytest.raises(CheckFailed, match="always like that"):
        _check(detector, "bounded_on_hubs").run()


def test_a_detector_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalystindex.detection.checks._HUB_SECONDS", -1.0)
    with pytest.raises(CheckFailed, match=r"\d s for \d+ payments of"):
        _check(Large(), "bounded_on_hubs").run()
