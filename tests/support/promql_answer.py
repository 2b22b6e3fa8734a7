"""Answers the part of PromQL that our alerts use, over series written as in promtool's tests.

No more than that: anything else raises. The semantics are Prometheus's (extrapolated rates,
five minutes of look-back); a recorded series is computed when it is asked for.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import promql_parser as ast

Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
Samples = list[tuple[float, float]]

LOOK_BACK = 300.0
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right if right else math.nan,
}
COMPARISON: Mapping[str, Callable[[float, float], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}
AGGREGATES: Mapping[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}


@dataclass
class Series:
    """Samples by name and labels, and the expressions of names that are recorded."""

    samples: dict[str, dict[Labels, Samples]] = field(default_factory=dict)
    recorded: dict[str, ast.Expr] = field(default_factory=dict)

    def add(self, selector: str, values: str, interval: float) -> None:
        """Add a series in promtool's notation: ``name{label="value"}``, ``1 2 0+1x5 _x3``."""
        node = ast.parse(selector)
        assert isinstance(node, ast.VectorSelector)
        assert node.name
        labels = tuple(sorted((match.name, match.value) for match in node.matchers.matchers))
        numbers = enumerate(_expanded(values))
        self.samples.setdefault(node.name, {})[labels] = [
            (place * interval, value) for place, value in numbers if value is not None
        ]


def _expanded(values: str) -> Iterator[float | None]:
    for item in values.split():
        many = re.fullmatch(r"(_|-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?", item)
        if many is None:
            raise ValueError(f"{item!r} is not in the notation")
        start, step, times = many[1], float(many[2] or 0), many[3]
        # As promtool has it, 1x3 is four samples and _x3 is three.
        count = 1 if times is None else int(times) + (start != "_")
        for place in range(count):
            yield None if start == "_" else float(start) + step * place


def answer(node: ast.Expr, series: Series, now: float) -> Vector | float:
    """Return the value of an expression ``now`` seconds after the first samples."""
    match node:
        case ast.NumberLiteral():
            return node.val
        case ast.ParenExpr():
            return answer(node.expr, series, now)
        case ast.VectorSelector():
            return _instant(node, series, now)
        case ast.AggregateExpr():
            return _aggregate(node, _vector(node.expr, series, now))
        case ast.Call():
            return _call(node, series, now)
        case ast.BinaryExpr():
            return _binary(node, answer(node.lhs, series, now), answer(node.rhs, series, now))
    raise NotImplementedError(type(node).__name__)


def _vector(node: ast.Expr, series: Series, now: float) -> Vector:
    found = answer(node, series, now)
    assert isinstance(found, dict)
    return found


def _selected(node: ast.VectorSelector, series: Series) -> Iterator[tuple[Labels, Samples]]:
    for labels, samples in series.samples.get(node.name or "", {}).items():
        if all(_matches(matcher, dict(labels)) for matcher in node.matchers.matchers):
            yield labels, samples


def _matches(matcher: ast.Matcher, labels: Mapping[str, str]) -> bool:
    value = labels.get(matcher.name, "")
    if matcher.op in (ast.MatchOp.Equal, ast.MatchOp.NotEqual):
        return (value == matcher.value) is (matcher.op == ast.MatchOp.Equal)
    return (re.fullmatch(matcher.value, value) is not None) is (matcher.op == ast.MatchOp.Re)


def _instant(node: ast.VectorSelector, series: Series, now: float) -> Vector:
    if node.name in series.recorded:
        return _vector(series.recorded[node.name], series, now)
    at = now - (node.offset or timedelta()).total_seconds()
    found = {}
    for labels, samples in _selected(node, series):
        recent = [value for time, value in samples if at - LOOK_BACK < time <= at]
        if recent:
            found[labels] = recent[-1]
    return found


def _only(labels: Labels, names: Sequence[str]) -> Labels:
    return tuple(pair for pair in labels if pair[0] in names)


def _aggregate(node: ast.AggregateExpr, inner: Vector) -> Vector:
    names: Sequence[str] = ()
    if node.modifier is not None:
        if node.modifier.type != ast.AggModifierType.By:
            raise NotImplementedError("without")
        names = node.modifier.labels
    groups: dict[Labels, list[float]] = {}
    for labels, value in inner.items():
        groups.setdefault(_only(labels, names), []).append(value)
    return {labels: AGGREGATES[str(node.op)](values) for labels, values in groups.items()}


def _call(node: ast.Call, series: Series, now: float) -> Vector:
    name, last = node.func.name, node.args[-1]
    if name in {"rate", "increase"} and isinstance(last, ast.MatrixSelector):
        seconds = last.range.total_seconds()
        increases = _increases(last, series, now - seconds, now)
        return {
            labels: value / (seconds if name == "rate" else 1)
            for labels, value in increases
            if value is not None
        }
    if name == "absent" and isinstance(last, ast.VectorSelector):
        labels = tuple((match.name, match.value) for match in last.matchers.matchers)
        return {} if _instant(last, series, now) else {labels: 1.0}
    if name == "histogram_quantile":
        return _quantiles(node.args[0].val, _vector(last, series, now))
    raise NotImplementedError(name)


def _increases(
    node: ast.MatrixSelector, series: Series, start: float, end: float
) -> Iterator[tuple[Labels, float | None]]:
    for labels, samples in _selected(node.vector_selector, series):
        yield labels, _increase([one for one in samples if start < one[0] <= end], start, end)


def _increase(samples: Samples, start: float, end: float) -> float | None:
    """Extrapolate to the ends of the range as Prometheus does, but not below zero."""
    if len(samples) < 2:
        return None
    (first_time, first), (last_time, _) = samples[0], samples[-1]
    pairs = pairwise(samples)
    grown = sum(new - old if new >= old else new for (_, old), (_, new) in pairs)
    covered = last_time - first_time
    apart = covered / (len(samples) - 1)
    before, after = first_time - start, end - last_time
    before, after = (gap if gap < apart * 1.1 else apart / 2 for gap in (before, after))
    if grown > 0:
        before = min(before, covered * first / grown)
    return grown * (covered + before + after) / covered


def _quantiles(quantile: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        rest = tuple(pair for pair in labels if pair[0] != "le")
        groups.setdefault(rest, []).append((float(dict(labels)["le"]), count))
    return {labels: _quantile(quantile, sorted(counts)) for labels, counts in groups.items()}


def _quantile(quantile: float, counts: list[tuple[float, float]]) -> float:
    rank = quantile * counts[-1][1]
    below, under = 0.0, 0.0
    for bound, count in counts:
        if count >= rank and count > 0:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (rank - under) / (count - under)
        below, under = bound, count
    return math.nan


def _binary(node: ast.BinaryExpr, left: Vector | float, right: Vector | float) -> Vector:
    assert isinstance(left, dict)
    operator = str(node.op)
    if isinstance(right, float):
        pairs = {labels: (value, right) for labels, value in left.items()}
        return _compute(operator, pairs)
    matching = node.modifier.matching if node.modifier else None

    def key(labels: Labels) -> Labels:
        return labels if matching is None else _only(labels, matching.labels)

    there = {key(labels): value for labels, value in right.items()}
    if operator == "or":
        return left | {labels: value for labels, value in right.items() if labels not in left}
    if operator in {"and", "unless"}:
        wanted = operator == "and"
        return {one: value for one, value in left.items() if (key(one) in there) is wanted}
    return _compute(
        operator,
        {one: (value, there[key(one)]) for one, value in left.items() if key(one) in there},
    )


def _compute(operator: str, pairs: Mapping[Labels, tuple[float, float]]) -> Vector:
    if operator in COMPARISON:
        return {one: pair[0] for one, pair in pairs.items() if COMPARISON[operator](*pair)}
    return {one: ARITHMETIC[operator](*pair) for one, pair in pairs.items()}
