"""Alerts and detectors in words: an alert reads like the first page of a case."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from catalystindex.cli.output import counted, inline
from catalystindex.model.alert import Alert, AlertCounts, AlertHead, AlertState, Severity
from catalystindex.model.currency import EXPONENTS, from_minor
from catalystindex.model.detector import DetectorHead, DetectorInfo

ALERT_COLUMNS = ("ALERT", "SEVERITY", "SCORE", "DETECTOR", "STATE", "LAST EVENT", "EVENTS",
                 "AMOUNT", "ABOUT")  # fmt: skip
COUNT_COLUMNS = ("TYPOLOGY", *(severity.upper() for severity in reversed(Severity)), "ALL")
DETECTOR_COLUMNS = ("NAME", "VERSION", "RUNS", "TYPOLOGY", "TITLE")
SHOWN = 20
"""Members of a role and events that are shown of each, unless all are asked for."""


def alert_row(one: AlertHead) -> tuple[object, ...]:
    """Return an alert as a row of `ALERT_COLUMNS`."""
    about = ", ".join(inline(part) for part in one.anchor)
    return (
        one.alert_id, one.severity, one.score, one.detector, one.state, _time(one.end), one.events,
        money(one.amount, one.currency), about,
    )  # fmt: skip


def alert_lines(one: Alert, *, whole: bool = False) -> list[str]:
    """Return an alert as a case note; long lists in full if ``whole``."""
    span = _time(one.start) if one.start == one.end else f"{_time(one.start)} to {_time(one.end)}"
    moved = money(one.amount, one.currency)
    found_by = f"{inline(one.detector)} version {one.version}"
    lines = [
        f"{one.severity.upper()} {inline(one.typology)}, score {one.score} of 100 ({found_by})",
        f"Alert {one.alert_id}, revision {one.revision}, {_state(one)}",
        f"{span}, {counted(one.events, 'event')}, {moved}",
        "",
        inline(one.rationale),
        *_section("Why", _reasons(one)),
        *_section("Who", _roles(one.roles, whole=whole)),
        *_section("Evidence", _events(one, whole=whole)),
    ]
    if one.bounds:
        names = ", ".join(inline(bound) for bound in one.bounds)
        lines += ["", f"There may be more: the search was bounded by {names}."]
    return lines


def count_rows(found: AlertCounts) -> list[tuple[object, ...]]:
    """Return counts as rows of `COUNT_COLUMNS`, all of them last."""
    rows = [_count_row(name, counts) for name, counts in found.by_typology.items()]
    return [*rows, _count_row("all", found.by_severity)]


def detector_row(one: DetectorHead) -> tuple[object, ...]:
    """Return a detector as a row of `DETECTOR_COLUMNS`."""
    return one.name, one.version, "yes" if one.enabled else "no", one.typology, one.title


def detector_lines(one: DetectorInfo) -> list[str]:
    """Return a detector with its definition, weights and parameters."""
    runs = "runs here" if one.enabled else "does not run here"
    sources = [f"{source.publisher}: {source.title} ({source.year})" for source in one.sources]
    weights = [f"{one.points:>4}  {one.code:<28} {one.meaning}" for one in one.weights]
    explains = [f"Explains alerts of {', '.join(one.explains)}."] if one.explains else []
    return [
        f"{one.name} version {one.version}, {runs}: {one.title}",
        "",
        *one.definition.splitlines(),
        *_section("Described by", sources),
        *_section("Points of a finding, at most", weights),
        *_section("Parameters", _parameters(one)),
        *_section("", explains),
    ]


def money(minor: int, currency: str | None) -> str:
    """Return an amount with its currency; as it is if there is none that is known."""
    if currency is None or currency not in EXPONENTS:
        return f"{minor:,}"
    return f"{from_minor(minor, currency):,f} {currency}"


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def _state(one: AlertHead) -> str:
    if one.state is AlertState.EXPLAINED:
        return f"explained by {one.explained_by}"
    return str(one.state)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", *([title] if title else []), *(f"  {line}" for line in lines)] if lines else []


def _reasons(one: Alert) -> list[str]:
    return [
        f"{reason.weight:>+4}  {inline(reason.code):<28} {inline(reason.fact)}"
        for reason in one.reasons
    ]


def _roles(roles: Mapping[str, Sequence[str]], *, whole: bool) -> list[str]:
    width = max((len(role) for role in roles), default=0)
    return [
        f"{inline(role):<{width}}  {', '.join(_some(members, whole=whole))}"
        for role, members in roles.items()
    ]


def _some(members: Sequence[str], *, whole: bool) -> Iterable[str]:
    shown = members if whole else members[:SHOWN]
    more = len(members) - len(shown)
    yield from map(inline, shown)
    if more:
        yield f"and {more:,} more (--all)"


def _events(one: Alert, *, whole: bool) -> list[str]:
    pairs = [*zip(one.event_times, one.event_ids, strict=True)]
    shown = pairs if whole else pairs[:SHOWN]
    lines = [f"{_time(at)}  {inline(event)}" for at, event in shown]
    if len(pairs) > len(shown):
        lines.append(f"and {len(pairs) - len(shown):,} more (--all)")
    if one.events > len(pairs):
        lines.append(f"{one.events - len(pairs):,} more were counted and not listed")
    return lines


def _count_row(name: str, counts: Mapping[Severity, int]) -> tuple[object, ...]:
    numbers = [counts.get(severity, 0) for severity in reversed(Severity)]
    return (inline(name), *(f"{number:,}" for number in numbers), f"{sum(numbers):,}")


def _parameters(one: DetectorInfo) -> list[str]:
    described = one.parameters.get("properties")
    fields = described if isinstance(described, dict) else {}
    return [_parameter(name, value, fields.get(name)) for name, value in one.values.items()]


def _parameter(name: str, value: object, described: object) -> str:
    field = described if isinstance(described, dict) else {}
    default = field.get("default", value)
    changed = "" if default == value else f" (default {default})"
    return f"{name} = {value}{changed}  {field.get('description', '')}".rstrip()
