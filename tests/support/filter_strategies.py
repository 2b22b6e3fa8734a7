"""Random metadata and random filters over few keys and values, so that they often meet."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

KEYS = ("a", "b", "parties")
INNER = ("a", "role", "tier")
DATES = (
    "2024-01-01",
    "2024-01-02",
    "2024-01-01T00:00:00Z",
    "2024-01-01T23:59:59.999Z",
    "2024-01-02T00:30:00+01:00",
    "2024-01-02T00:00:00.0004Z",
    "9999-12-31",
    "0001-01-01",
)
TEXTS = (
    "",
    "F",
    "F3",
    "F33",
    "F33.1",
    "f33",
    "é",
    "1",
    "true",
    "2024-01-01T00:00:00",
    "2024-13-01",
)
NUMBERS = (-(2**53), -1, 0, 1, 2, 2**53 - 1, 2**53)

Json = dict[str, object]

scalars = st.sampled_from([*DATES, *TEXTS, *NUMBERS, True, False])
elements = st.dictionaries(st.sampled_from(INNER), scalars, min_size=1, max_size=3)
values = scalars | st.lists(scalars, max_size=3) | st.lists(elements, min_size=1, max_size=3)
metadata = st.dictionaries(st.sampled_from(KEYS), values, max_size=3)
collections = st.lists(metadata, min_size=1, max_size=6)

_bounds = [
    st.fixed_dictionaries({}, optional={low: kind, high: kind}).filter(bool)
    for kind in (st.sampled_from(NUMBERS), st.sampled_from(DATES))
    for low in ("gt", "gte")
    for high in ("lt", "lte")
]
_prefix = st.sampled_from([text for text in (*TEXTS, *DATES) if text])


def filters(depth: int = 3, *, inner: bool = False) -> st.SearchStrategy[Json]:
    """Filters of at most this many levels; ``inner`` ones speak of the objects of a list."""
    keys = st.sampled_from(INNER if inner else KEYS)
    entries = [st.dictionaries(keys, _field(depth, inner=inner), min_size=1, max_size=2)]
    if not inner:
        entries.append(_built_in())
    if depth > 1:
        part = st.deferred(lambda: filters(depth - 1, inner=inner))
        parts = st.lists(part, min_size=1, max_size=3)
        entries.append(
            st.fixed_dictionaries({}, optional={"and": parts, "or": parts, "not": part}).filter(
                bool
            )
        )
    return st.lists(st.one_of(entries), min_size=1, max_size=2).map(_merged)


def _field(depth: int, *, inner: bool) -> st.SearchStrategy[object]:
    kinds: list[st.SearchStrategy[object]] = [
        scalars,
        st.lists(scalars, min_size=1, max_size=3),
        st.one_of(_bounds),
        st.fixed_dictionaries({"prefix": _prefix}),
        st.fixed_dictionaries({"exists": st.booleans()}),
        st.tuples(st.one_of(_bounds), st.fixed_dictionaries({"prefix": _prefix})).map(_merged),
    ]
    if depth > 1:
        deeper = st.deferred(lambda: _field(depth - 1, inner=inner))
        kinds.append(st.fixed_dictionaries({"not": deeper}))
    if depth > 1 and not inner:
        element = st.deferred(lambda: filters(depth - 1, inner=True))
        kinds.append(st.fixed_dictionaries({"any": element}))
    return st.one_of(kinds)


def _built_in() -> st.SearchStrategy[Json]:
    found: list[Json] = [
        {"tier": "window"},
        {"tier": {"not": ["table", 1]}},
        {"media_type": {"prefix": "text/"}},
        {"media_type": {"exists": False}},
    ]
    return st.sampled_from(found)


def _some_of(words: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Json]:
    chosen: st.SearchStrategy[Json] = st.fixed_dictionaries({}, optional={**words})
    return chosen.filter(bool)


def _merged(parts: Sequence[Mapping[str, object]]) -> Json:
    return {key: value for part in parts for key, value in part.items()}
