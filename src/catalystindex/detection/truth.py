"""What was planted in a synthetic bank, as the patterns that alerts are measured against."""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from catalystindex.detection.evaluate import Judged, Pattern
from catalystindex.model.alert import AlertState
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import EventFileInvalid
from catalystindex.synthetic.truth import Truth
from catalystindex.temporal.names import id_numbers
from catalystindex.temporal.payments import Payments, event_id

MAX_BYTES: Final = 1 << 30
"""Of a file with the truth."""


def patterns_of(path: Path, payments: Payments) -> list[Pattern]:
    """Return the patterns of a `truth.jsonl`, each with its payments; those without are left out.

    Events of other kinds are no payments, nor are those that were not read. Raises
    `EventFileInvalid`, `OSError`.
    """
    lines = _lines(path)
    known = _known([one for line in lines for one in line.event_ids], payments)
    patterns = []
    for line in lines:
        events = frozenset(one for one in line.event_ids if one in known)
        if events:
            name = f"{line.typology}-{line.pattern}"
            patterns.append(Pattern(name, line.typology, events, line.lookalike))
    return patterns


def judged(alert: AlertRecord) -> Judged:
    """Return what of an alert matters to a measurement."""
    return Judged(
        alert.alert_id,
        alert.typology,
        frozenset(alert.event_ids),
        alert.score,
        explained=alert.state is AlertState.EXPLAINED,
    )


def _lines(path: Path) -> list[Truth]:
    if path.stat().st_size > MAX_BYTES:
        raise EventFileInvalid(f"{path.name} is larger than a truth is")
    try:
        return [msgspec.json.decode(line, type=Truth) for line in path.read_bytes().splitlines()]
    except msgspec.MsgspecError as error:
        raise EventFileInvalid(f"{path.name} is no truth of a synthetic bank: {error}") from None


def _known(event_ids: list[str], payments: Payments) -> set[str]:
    """Return which of these events are payments that were read."""
    high, _ = id_numbers(event_ids)
    there = np.flatnonzero(np.isin(payments.id_high, high))
    pairs = zip(payments.id_high[there].tolist(), payments.id_low[there].tolist(), strict=True)
    return {event_id(one, two) for one, two in pairs}
