"""What is bad about a stream is said once a minute, and counted in full."""

from collections.abc import Iterator, MutableMapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.live.notices import EVERY, MAX_KINDS, Notices
from catalystindex.model.currency import MAX_MINOR
from catalystindex.model.tenant import Tenant
from support.events import payment
from support.following import Bench, Loop, bench_in, paid
from support.stores import ANA, BEA

Line = MutableMapping[str, Any]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


def of(lines: Sequence[Line], event: str) -> list[tuple[str, str, int]]:
    return [(one["workspace"], one["of"], one["events"]) for one in lines if one["event"] == event]


def test_the_first_is_said_at_once_and_the_rest_once_a_minute() -> None:
    now = [100.0]
    notices = Notices("acme/one", lambda: now[0])
    with capture_logs() as lines:
        for _ in range(50):
            notices.add("payments_too_late", "late", 2)
            now[0] += 1
        notices.add("payments_too_late", "corrected", 1)
        now[0] = 100.0 + EVERY
        notices.tell()
        notices.tell()
    assert of(lines, "payments_too_late") == [
        ("acme/one", "late", 2),
        ("acme/one", "corrected", 1),
        ("acme/one", "late", 98),
    ]


def test_kinds_are_bounded() -> None:
    notices = Notices("acme/one", lambda: 0.0)
    with capture_logs() as lines:
        for number in range(2 * MAX_KINDS):
            notices.add("payments_without_rate", str(number), 1)
    assert len(lines) == MAX_KINDS + 1
    assert lines[-1]["of"] == "other"


def late_payments(bench: Bench, loop: Loop, tenant: Tenant, numbers: range) -> None:
    for number in numbers:
        bench.append(paid(number, "a", "b", 5), tenant=tenant)
        loop.drain()


def test_a_workspace_that_sends_late_writes_a_line_a_minute_and_metrics_are_exact(
    bench: Bench,
) -> None:
    loop = Loop(bench, bench.stage())
    with capture_logs() as lines:
        for tenant in (ANA, BEA):
            bench.append(paid(900, "x", "y", 100), tenant=tenant)
            bench.append(paid(901, "x", "y", 200), tenant=tenant)
        loop.drain()
        late_payments(bench, loop, ANA, range(20))
        late_payments(bench, loop, BEA, range(3))
        bench.seconds += EVERY
        late_payments(bench, loop, ANA, range(20, 21))
    assert of(lines, "payments_too_late") == [
        (ANA.key, "late", 1),
        (BEA.key, "late", 1),
        (ANA.key, "late", 19),
    ]
    metric = bench.metrics.registry.get_sample_value
    assert metric("catalyst_detection_late_events_total", {"reason": "late"}) == 24


def test_payments_without_a_rate_are_counted_and_said(bench: Bench) -> None:
    bench.settings = DetectionSettings(
        reference_currency="EUR", rates={"JPY": Decimal(1_000_000)}, lateness=0.000_005
    )
    bench.append(payment("p1", currency="USD"), payment("p2", currency="EUR"))
    bench.append(payment("p3", currency="USD"), payment("p4", currency="CHF"))
    bench.append(payment("p5", currency="JPY", amount=MAX_MINOR))
    bench.append(payment("p6", currency="GBP", declined=True))
    with capture_logs() as lines:
        Loop(bench, bench.stage()).end()
    metric = bench.metrics.registry.get_sample_value
    name = "catalyst_detection_unrated_payments_total"
    counts = {code: metric(name, {"currency": code}) for code in ("USD", "CHF", "EUR", "GBP")}
    assert counts == {"USD": 2, "CHF": 1, "EUR": None, "GBP": None}
    assert metric("catalyst_detection_capped_amounts_total") == 1
    said = {currency: key for key, currency, _ in of(lines, "payments_without_rate")}
    assert said == {"USD": ANA.key, "CHF": ANA.key}
    assert of(lines, "amounts_capped") == [(ANA.key, "amount", 1)]
