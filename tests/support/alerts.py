"""Alerts to store: made by the book, of findings that are written down."""

from collections.abc import Sequence
from random import Random

import msgspec

from catalystindex.detection.alerts import AlertBook
from catalystindex.detection.finding import Finding, order_of
from catalystindex.model.alert_record import AlertRecord
from support.findings import EXPLAINS, PARAMETERS, finding

DAY = 86_400_000_000
BEGIN = 1_740_787_200_000_000
"""2025-03-01T00:00:00Z."""


def some_findings(number: int = 60, seed: int = 7) -> list[Finding]:
    """Return findings of all detectors over thirty days, in order."""
    random = Random(seed)
    made = []
    for _ in range(number):
        end = BEGIN + random.randrange(60) * DAY // 2
        times = [end, *(end - random.randrange(4) * DAY // 2 for _ in range(random.randrange(5)))]
        senders = tuple(sorted({f"acc-{random.randrange(9)}" for _ in range(3)}))
        made.append(
            finding(
                times,
                random.choice(sorted(PARAMETERS)),
                f"acc-{random.randrange(4)}",
                score=random.choice([30, 55, 55, 72, 90]),
                amount=random.randrange(1, 10**9),
                roles={"senders": senders},
            )
        )
    return sorted(made, key=order_of)


def new_book() -> AlertBook:
    return AlertBook(PARAMETERS, EXPLAINS, currency="EUR")


def some_alerts(number: int = 60, seed: int = 7) -> list[AlertRecord]:
    """Return alerts of all states and severities."""
    return new_book().fold(some_findings(number, seed))


def an_alert(times: Sequence[int] = (BEGIN, BEGIN + DAY), **changed: object) -> AlertRecord:
    """Return an alert with evidence at these times, and what is changed in it."""
    (made,) = new_book().fold([finding(times)])
    return msgspec.structs.replace(made, **changed)
