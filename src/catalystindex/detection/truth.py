"""What is known of payments, as the patterns that alerts are measured against.

It is either the `truth.jsonl` of a synthetic bank, or labels of another source
(`streaming.importers.label_file`): those are by entity id, and may say less.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from catalystindex.detection.evaluate import Judged, Pattern
from catalystindex.model.alert import AlertState
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import EventFileInvalid
from catalystindex.streaming.importers.label_file import ACCOUNT, LabelLine, read_labels
from catalystindex.streaming.importers.lines import FileEnded, lines, opened
from catalystindex.synthetic.truth import Truth
from catalystindex.temporal.codes import Codes
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.names import entity_key, id_numbers
from catalystindex.temporal.payments import Payments, event_id

MAX_BYTES: Final = 1 << 30
"""Of a file with the truth, as it is stored; `read_labels` bounds what it unpacks."""
UNNAMED: Final = "unnamed"
"""Typology of a pattern of which the labels do not say it: it can be found, and not be named."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known."""

    patterns: list[Pattern]
    """Those of which payments were read."""
    loose: frozenset[str] = frozenset()
    """Ids of events that are abuse, of no pattern that is known."""
    accounts: frozenset[str] = frozenset()
    """Accounts that are part of abuse."""
    unknown: int = 0
    """Labels of payments and accounts that were not read."""


@dataclass(slots=True)
class _Labels:
    patterns: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    """Entity ids by typology and name of the pattern."""
    loose: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)


def answers_of(path: Path, payments: Payments, accounts: Codes) -> Answers:
    """Return what a file says of these payments and accounts.

    Raises `EventFileInvalid` for a file that is neither a truth nor labels, and for labels of which
    none is of what was read; `OSError`.
    """
    if path.stat().st_size > MAX_BYTES:
        raise EventFileInvalid(f"{path.name} is larger than a truth is")
    if _is_labels(path):
        return _labelled(path, payments, accounts)
    return Answers(patterns_of(path, payments))


def patterns_of(path: Path, payments: Payments) -> list[Pattern]:
    """Return the patterns of a `truth.jsonl`, each with its payments; those without are left out.

    Events of other kinds are no payments, nor are those that were not read. Raises
    `EventFileInvalid`, `OSError`.
    """
    told = _lines(path)
    known = _known([one for line in told for one in line.event_ids], payments)
    patterns = []
    for line in told:
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


def _is_labels(path: Path) -> bool:
    """Tell whether the first line names one entity, as a label does."""
    try:
        with opened(path) as stream:
            first = next((one for one in lines(stream) if not one.whole or one.data.strip()), None)
        if first is None or not first.whole:
            return False  # no label is this long; a pattern of a truth may be
        said = msgspec.json.decode(first.data)
    except (FileEnded, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return isinstance(said, dict) and "entity_id" in said


def _labelled(path: Path, payments: Payments, accounts: Codes) -> Answers:
    said = _gathered(read_labels(path))
    labelled = said.loose.union(*said.patterns.values())
    ids = _ids_of(sorted(labelled), payments)
    known = frozenset(one for one in said.accounts if accounts.find(one) != NOBODY)
    unknown = len(labelled) - len(ids) + len(said.accounts) - len(known)
    if not ids and not known:
        raise EventFileInvalid(
            f"{path.name} has {unknown:,} labels, and none is of a payment or account that was "
            "read: they are of other data, or were made with other options."
        )
    return Answers(_patterns(said, ids), _known_of(said.loose, ids), known, unknown)


def _patterns(said: _Labels, ids: Mapping[str, str]) -> list[Pattern]:
    """Return the patterns of which payments were read."""
    patterns = []
    for (typology, pattern), entities in sorted(said.patterns.items()):
        events = _known_of(entities, ids)
        if events:
            patterns.append(Pattern(f"{typology}-{pattern}", typology, events))
    return patterns


def _known_of(entities: Iterable[str], ids: Mapping[str, str]) -> frozenset[str]:
    return frozenset(ids[one] for one in entities if one in ids)


def _gathered(found: Iterator[LabelLine]) -> _Labels:
    said = _Labels()
    for line in found:
        if not line.positive:
            continue
        if line.kind == ACCOUNT:
            said.accounts.add(line.entity_id)
        elif line.pattern is None:
            said.loose.add(line.entity_id)
        else:
            said.patterns[line.typology or UNNAMED, line.pattern].add(line.entity_id)
    return said


def _ids_of(entity_ids: Sequence[str], payments: Payments) -> dict[str, str]:
    """Return the event id of each payment that was read, by entity id."""
    keys = {entity_key(one): one for one in entity_ids}
    there = np.flatnonzero(np.isin(payments.entity, np.fromiter(keys, np.uint64, len(keys))))
    columns = (payments.entity, payments.id_high, payments.id_low)
    rows = zip(*(one[there].tolist() for one in columns), strict=True)
    return {keys[key]: event_id(high, low) for key, high, low in rows}


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
