"""All metadata of a text: merged, sorted, without doubles, bounded."""

import json
from collections.abc import Iterator, Sequence

from catalystindex.documents.metadata.base import Extractor, Fields, Mention, Value
from catalystindex.documents.metadata.registry import extractors_named

MAX_VALUES = 50
"""Values kept for one key of one text: the first ones in its order."""
TRUNCATED = "metadata_truncated"
"""The key that names the keys of which values were left out."""


def extract(text: str, extractors: Sequence[str]) -> Fields:
    """Return the metadata the named extractors find in a text, by key.

    Values of a key are sorted and distinct, at most `MAX_VALUES`; keys that were cut are named
    under `TRUNCATED`. Raises `InvalidRequest` for a name that is no extractor, and
    `DependencyMissing` when the package an extractor reads is absent.
    """
    merged: Fields = {}
    for extractor in extractors_named(extractors):
        for key, values in extractor.fields(extractor.find(text)).items():
            merged.setdefault(key, []).extend(values)
    found = {key: list(_distinct(merged[key])) for key in sorted(merged) if merged[key]}
    cut: list[Value] = [key for key, values in found.items() if len(values) > MAX_VALUES]
    bounded: Fields = {
        key: sorted(values[:MAX_VALUES], key=canonical) for key, values in found.items()
    }
    return bounded | {TRUNCATED: cut} if cut else bounded


def mentions(text: str, extractors: Sequence[str]) -> list[Mention]:
    """Return every mention with its place in the text, in its order.

    Raises what `extract` raises.
    """
    chosen: tuple[Extractor, ...] = extractors_named(extractors)
    found = [mention for extractor in chosen for mention in extractor.find(text)]
    return sorted(found, key=lambda one: (one.start, one.end, one.kind, canonical(one.normalised)))


def canonical(value: Value) -> tuple[str, int, str]:
    """Return a sort key under which values of any type have one order."""
    if isinstance(value, int):
        return type(value).__name__, int(value), ""
    if isinstance(value, str):
        return "str", 0, value
    amount = value.get("amount_minor", 0)
    return "object", amount if isinstance(amount, int) else 0, json.dumps(value, sort_keys=True)


def _distinct(values: Sequence[Value]) -> Iterator[Value]:
    seen: set[tuple[str, int, str]] = set()
    for value in values:
        key = canonical(value)
        if key not in seen:
            seen.add(key)
            yield value
