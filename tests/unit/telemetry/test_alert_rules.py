"""Alerts fire when they are to and only then: by promtool where it is, by our reading always."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from support.promql_answer import Labels, Series, answer

FOLDER = Path(__file__).parents[3] / "docs" / "monitoring"
CASES = FOLDER / "ingestion-alerts.test.yaml"
RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "ingestion-alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
TESTS = yaml.safe_load(CASES.read_text("utf-8"))["tests"]
FIRING = 'count by (alertname) (ALERTS{alertstate="firing"})'
STEP = 60.0
PROMTOOL = shutil.which("promtool")


def seconds(duration: str) -> float:
    return promql_parser.parse_duration(duration).total_seconds()


def series_of(case: dict[str, Any]) -> Series:
    recorded = {
        rule["record"]: promql_parser.parse(rule["expr"]) for rule in RULES if "record" in rule
    }
    series = Series(recorded=recorded)
    for given in case.get("input_series", []):
        series.add(given["series"], str(given["values"]), seconds(case["interval"]))
    return series


def firing(case: dict[str, Any], moments: set[float]) -> dict[float, dict[str, int]]:
    """Return how many of each alert fire at some moments, evaluating once a minute."""
    series = series_of(case)
    parsed = {rule["alert"]: promql_parser.parse(rule["expr"]) for rule in ALERTS}
    lasting = {rule["alert"]: seconds(rule["for"]) for rule in ALERTS}
    since: dict[tuple[str, Labels], float] = {}
    found: dict[float, dict[str, int]] = {}
    for minute in range(int(max(moments) / STEP) + 1):
        now = minute * STEP
        active = {
            (name, labels)
            for name, expression in parsed.items()
            for labels in _vector(expression, series, now)
        }
        since = {key: since.get(key, now) for key in sorted(active)}
        if now in moments:
            found[now] = {}
            for (name, _), start in since.items():
                if now - start >= lasting[name]:
                    found[now][name] = found[now].get(name, 0) + 1
    return found


def _vector(expression: promql_parser.Expr, series: Series, now: float) -> list[Labels]:
    found = answer(expression, series, now)
    assert isinstance(found, dict)
    return list(found)


def expected(test: dict[str, Any]) -> dict[str, int]:
    assert test["expr"] == FIRING
    return {
        re.fullmatch(r'{alertname="(\w+)"}', sample["labels"])[1]: sample["value"]  # type: ignore[index]  # no match fails the test
        for sample in test["exp_samples"]
    }


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in TESTS])
def test_what_fires_is_what_the_case_says(case: dict[str, Any]) -> None:
    wanted = {seconds(test["eval_time"]): expected(test) for test in case["promql_expr_test"]}
    assert firing(case, set(wanted)) == wanted


def test_every_alert_fires_in_a_case_and_is_silent_before() -> None:
    seen = {
        name
        for case in TESTS
        for test in case["promql_expr_test"]
        for name in expected(test)
        if not expected(case["promql_expr_test"][0])
    }
    assert seen == {rule["alert"] for rule in ALERTS}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed; the cases above ran")
def test_promtool_finds_the_rules_valid_and_every_case_as_it_says() -> None:
    assert PROMTOOL
    for command in (["check", "rules", "ingestion-alerts.yaml"], ["test", "rules", CASES.name]):
        done = subprocess.run(
            [PROMTOOL, *command], cwd=FOLDER, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
