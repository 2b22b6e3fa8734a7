"""What a detection run came to, for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from catalystindex.cli.detecting import rate
from catalystindex.cli.measured_text import print_measured
from catalystindex.cli.output import counted, inline, print_lines, print_notes, print_table
from catalystindex.model.alert import AlertState, Severity

if TYPE_CHECKING:
    from catalystindex.cli.detecting import Run
    from catalystindex.model.alert_record import AlertRecord

TOP = 10
"""Alerts that are printed with their rationale."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_URGENCY = {severity: place for place, severity in enumerate(Severity)}


def at_least(severity: Severity, alerts: "Sequence[AlertRecord]") -> "list[AlertRecord]":
    """Return alerts of a severity or a more urgent one."""
    return [one for one in alerts if _URGENCY[one.severity] >= _URGENCY[severity]]


def print_run(run: "Run") -> None:
    """Print alerts by typology and severity, the most urgent with their rationale, and rates."""
    _print_counts(run.shown)
    standing = [one for one in run.shown if one.state is AlertState.OPEN]
    top = sorted(standing, key=lambda one: (-one.score, -one.end, one.alert_id))[:TOP]
    for alert in top:
        print_lines("", *_alert_lines(alert))
    if run.measured is not None:
        print_lines("")
        print_measured(run.measured)
    print_lines("", *_took(run))
    print_notes(*_notes(run))


def _print_counts(alerts: "Sequence[AlertRecord]") -> None:
    by: dict[str, Counter[Severity]] = {}
    for one in alerts:
        by.setdefault(one.typology, Counter())[one.severity] += 1
    order = list(reversed(Severity))
    rows = [
        (name, *(by[name][severity] or "" for severity in order), by[name].total())
        for name in sorted(by)
    ]
    total: Counter[Severity] = sum(by.values(), Counter())
    rows.append(("all", *(total[severity] or "" for severity in order), total.total()))
    print_table(("TYPOLOGY", *(severity.upper() for severity in order), "ALERTS"), rows)


def _alert_lines(alert: "AlertRecord") -> Iterator[str]:
    yield (
        f"{alert.alert_id}  {alert.severity.value} {alert.score}  {alert.typology}  "
        f"{_when(alert.start)} to {_when(alert.end)}  {counted(alert.events, 'event')}"
    )
    yield f"  {inline(alert.rationale)}"


def _took(run: "Run") -> Iterator[str]:
    rows = run.result.rows
    yield (
        f"Reading took {run.reading_seconds:.1f} s. Detection took {run.detecting_seconds:.1f} s: "
        f"{counted(rows, 'payment')} in {counted(run.result.slices, 'slice')}, "
        f"{rate(rows, run.detecting_seconds):,} a second."
    )
    if run.stored is not None:
        yield f"{counted(run.stored, 'alert')} handed to the records."


def _notes(run: "Run") -> Iterator[str]:
    history = run.history
    for currency, count in sorted(history.money.unrated.items()):
        yield (
            f"{counted(count, 'payment')} in {currency} have no rate and were taken at par: set "
            f"detection.rates."
        )
    if history.money.capped:
        yield f"{counted(history.money.capped, 'amount')} were above all bounds and were cut."
    for code, count in sorted(history.unreadable.items()):
        yield f"{counted(count, 'event')} could not be read [{code}]."
    if run.reading.rejects:
        yield f"{counted(run.reading.rejects, 'row')} were no events, such as:"
        for row in run.reading.rejected[:3]:
            yield f"  {row.file}:{row.line}: {inline(row.reason)} [{row.code}]"


def _when(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M")
