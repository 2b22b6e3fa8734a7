"""What a PromQL expression asks of its metrics, compared with the metrics there are.

The expression is read by a parser of its own, then the labels of every part are inferred, as
Prometheus would. What cannot be is a finding: a metric or label that does not exist, a value that
a label never has, two sides of an operator that can never match.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import promql_parser as ast
from prometheus_client.parser import text_string_to_metric_families

TARGET_LABELS = frozenset({"job", "instance"})
"""What Prometheus adds to every sample of a scrape."""

OF_COUNTERS = frozenset({"rate", "irate", "increase"})
NOT_THE_LAST = ("counter", "histogram")
SET_OPERATORS = frozenset({"and", "unless"})
COMPARED = (ast.MatchOp.Equal, ast.MatchOp.NotEqual)


@dataclass(frozen=True)
class Metric:
    """A name that can be selected; the values of each label, or None where there is no list."""

    kind: str
    labels: Mapping[str, frozenset[str] | None]


def exposed(text: str, open_labels: Iterable[str]) -> dict[str, Metric]:
    """Return the metrics of an exposition; labels named ``metric.label`` may have any value."""
    free = frozenset(open_labels)
    found: dict[str, Metric] = {}
    for family in text_string_to_metric_families(text):
        values: dict[str, dict[str, set[str]]] = {}
        for sample in family.samples:
            of_name = values.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                of_name.setdefault(label, set()).add(value)
        for name, labels in values.items():
            closed = {
                label: None if f"{family.name}.{label}" in free else frozenset(known)
                for label, known in labels.items()
            }
            found[name] = Metric(family.type, closed)
    return found


@dataclass
class Reading:
    """The metrics an expression names and what is wrong with it."""

    metrics: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)
    labels: frozenset[str] = frozenset()


def read(expression: str, known: Mapping[str, Metric]) -> Reading:
    """Read an expression; what does not parse is a finding too."""
    reading = Reading()
    try:
        tree = ast.parse(expression)
    except ValueError as error:
        reading.findings.append(str(error))
        return reading
    reading.labels = _Inference(known, reading).labels(tree) or frozenset()
    return reading


class _Inference:
    """Labels of the parts of one expression; None for a scalar."""

    def __init__(self, known: Mapping[str, Metric], reading: Reading) -> None:
        self._known = known
        self._reading = reading

    def _complain(self, finding: str) -> None:
        self._reading.findings.append(finding)

    def labels(self, node: ast.Expr) -> frozenset[str] | None:
        match node:
            case ast.VectorSelector():
                return self._selected(node)
            case ast.MatrixSelector():
                return self._selected(node.vector_selector)
            case ast.ParenExpr() | ast.UnaryExpr() | ast.SubqueryExpr():
                return self.labels(node.expr)
            case ast.AggregateExpr():
                return self._aggregated(node)
            case ast.Call():
                return self._called(node)
            case ast.BinaryExpr():
                return self._combined(node)
            case _:
                return None

    def _selected(self, node: ast.VectorSelector) -> frozenset[str]:
        metric = self._known.get(node.name or "")
        if metric is None:
            self._complain(f"there is no metric {node.name}")
            return TARGET_LABELS
        self._reading.metrics.add(str(node.name))
        for matcher in node.matchers.matchers:
            if matcher.name not in TARGET_LABELS:
                self._matched(str(node.name), metric, matcher)
        return TARGET_LABELS | metric.labels.keys()

    def _matched(self, name: str, metric: Metric, matcher: ast.Matcher) -> None:
        if matcher.name not in metric.labels:
            self._complain(f"{name} has no label {matcher.name}")
            return
        values = metric.labels[matcher.name]
        for asked in _alternatives(matcher):
            if values is not None and not any(re.fullmatch(asked, value) for value in values):
                self._complain(f"{name}: {matcher.name} is never {asked}")

    def _within(self, asked: Iterable[str], there: frozenset[str] | None) -> None:
        for label in asked:
            if label not in (there or frozenset()):
                self._complain(f"label {label} is not there to group or match by")

    def _aggregated(self, node: ast.AggregateExpr) -> frozenset[str]:
        inner = self.labels(node.expr) or frozenset()
        if node.modifier is None:
            return frozenset()
        self._within(node.modifier.labels, inner)
        named = frozenset(node.modifier.labels)
        by = node.modifier.type == ast.AggModifierType.By
        return named if by else inner - named

    def _called(self, node: ast.Call) -> frozenset[str] | None:
        name = node.func.name
        given = [self.labels(argument) for argument in node.args]
        vectors = [labels for labels in given if labels is not None]
        if name in OF_COUNTERS:
            self._counted(node.args[0])
        if name == "histogram_quantile":
            self._within(["le"], vectors[0])
            return vectors[0] - {"le"}
        if name in {"absent", "vector"}:
            return frozenset()
        return vectors[0] if vectors else None

    def _counted(self, argument: ast.Expr) -> None:
        if not isinstance(argument, ast.MatrixSelector):
            return
        metric = self._known.get(argument.vector_selector.name or "")
        if metric is not None and metric.kind not in NOT_THE_LAST:
            self._complain(f"{argument.vector_selector.name} is a {metric.kind} and has no rate")

    def _combined(self, node: ast.BinaryExpr) -> frozenset[str] | None:
        left, right = self.labels(node.lhs), self.labels(node.rhs)
        if left is None or right is None:
            return right if left is None else left
        if str(node.op) == "or":
            return left | right
        matching = node.modifier.matching if node.modifier else None
        if matching is None:
            if left != right:
                self._complain(f"sides never match: {sorted(left)} and {sorted(right)}")
            return left
        self._within(matching.labels, left)
        self._within(matching.labels, right)
        named = frozenset(matching.labels)
        if str(node.op) in SET_OPERATORS:
            return left
        return named if matching.type == ast.LabelModifierType.Include else left - named


def _alternatives(matcher: ast.Matcher) -> Iterator[str]:
    """Yield patterns, each of which a value of the label has to match."""
    if matcher.op in COMPARED:
        yield re.escape(matcher.value)
    elif "(" in matcher.value:
        yield matcher.value
    else:
        yield from matcher.value.split("|")
