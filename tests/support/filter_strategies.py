"""Random metadata and random filters over few keys and values, so that they often meet."""

from collections.abc import Mapping

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
_beginnings = [text for text in (*TEXTS, *DATES) if text]
_prefixes: st.SearchStrategy[Json] = st.sampled_from([{"prefix": text} for text in _beginnings])
_PLAIN: Mapping[str, st.SearchStrategy[object]] = {
    "value": scalars,
    "values": st.lists(scalars, min_size=1, max_size=3),
    "bounds": st.one_of(_bounds),
    "prefix": _prefixes,
    "exists": st.booleans().map(lambda wanted: {"exists": wanted}),
    "both": st.builds(lambda one, other: one | other, st.one_of(_bounds), _prefixes),
}
WORDS = ("and", "or", "not")
BUILT_IN: tuple[Json, ...] = (
    {"tier": "window"},
    {"tier": {"not": ["table", 1]}},
    {"media_type": {"prefix": "text/"}},
    {"media_type": {"exists": False}},
)


@st.composite
def filters(draw: st.DrawFn, depth: int = 3, *, inner: bool = False) -> Json:
    """Filters of at most this many levels; ``inner`` ones speak of the objects of a list."""
    found: Json = {}
    for _ in range(draw(st.integers(1, 2))):
        found |= draw(_entry(depth, inner=inner))
    return found


@st.composite
def _entry(draw: st.DrawFn, depth: int, *, inner: bool) -> Json:
    kinds = ["field", *([] if inner else ["built-in"]), *(WORDS if depth > 1 else ())]
    kind = draw(st.sampled_from(kinds))
    if kind == "built-in":
        return dict(draw(st.sampled_from(BUILT_IN)))
    if kind == "field":
        return {draw(st.sampled_from(INNER if inner else KEYS)): draw(_field(depth, inner=inner))}
    part = filters(depth - 1, inner=inner)
    return {kind: draw(part if kind == "not" else st.lists(part, min_size=1, max_size=3))}


@st.composite
def _field(draw: st.DrawFn, depth: int, *, inner: bool) -> object:
    """What may stand under a key."""
    plain = ["value", "values", "bounds", "prefix", "exists", "both"]
    deeper = [] if depth == 1 else ["not"] if inner else ["not", "any"]
    kind = draw(st.sampled_from([*plain, *deeper]))
    if kind == "not":
        return {"not": draw(_field(depth - 1, inner=inner))}
    if kind == "any":
        return {"any": draw(filters(depth - 1, inner=True))}
    return draw(_PLAIN[kind])
