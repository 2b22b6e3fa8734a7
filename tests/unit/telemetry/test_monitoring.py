"""Dashboard, alerts and runbook ask for what the product really tells, and for all of it."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalystindex.telemetry.metrics import Metrics
from support.promql import Metric, exposed, read

FOLDER = Path(__file__).parents[3] / "docs" / "monitoring"
RULES = yaml.safe_load((FOLDER / "ingestion-alerts.yaml").read_text("utf-8"))["groups"]
DASHBOARD = json.loads((FOLDER / "ingestion-dashboard.json").read_text("utf-8"))
RUNBOOK = (FOLDER / "ingestion-runbook.md").read_text("utf-8")

ALERTS = [rule for group in RULES for rule in group["rules"] if "alert" in rule]
RECORDED = [rule for group in RULES for rule in group["rules"] if "record" in rule]
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ROWS = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]

VARIABLES = {"$__rate_interval": "5m", "$job": ".+", "$instance": ".+"}
OPEN_LABELS = (
    "catalyst_http_requests.route",
    "catalyst_http_requests.method",
    "catalyst_http_requests.status",
    "catalyst_http_request_duration_seconds.route",
    "catalyst_documents.status",
    "catalyst_index_rebuilds.outcome",
)
COMMANDS = ("curl ", "catalystctl ", "export ")


def product() -> dict[str, Metric]:
    """Return what the product exposes, with a sample of each metric that begins without any."""
    metrics = Metrics()
    metrics.requests.labels("/v1/ingest", "POST", "202")
    metrics.request_seconds.labels("/v1/ingest")
    metrics.documents.labels("indexed")
    metrics.index_rebuilds.labels("adopted")
    metrics.stream.show_lag("graph", 0, 0, 0.0)
    return exposed(metrics.render().decode(), OPEN_LABELS)


def known() -> dict[str, Metric]:
    """Return everything that can be selected: the product's, Prometheus's, and what is recorded."""
    found = {**product(), "up": Metric("gauge", {})}
    for rule in RECORDED:
        labels = read(rule["expr"], found).labels
        found[rule["record"]] = Metric("gauge", dict.fromkeys(sorted(labels)))
    return found


def dashboard_expressions() -> Iterator[tuple[str, str]]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", plain(target["expr"])


def plain(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def rule_expressions() -> Iterator[tuple[str, str]]:
    for rule in (*RECORDED, *ALERTS):
        yield rule.get("alert") or rule["record"], rule["expr"]


def runbook_expressions() -> Iterator[tuple[str, str]]:
    for alert, section in SECTIONS.items():
        for line in re.findall(r"^ {4}(\S.*)$", section, re.MULTILINE):
            if not line.startswith(COMMANDS):
                yield f"{alert} {line}", re.sub(r"\s+#.*", "", line)


EXPRESSIONS = [*dashboard_expressions(), *rule_expressions(), *runbook_expressions()]


@pytest.mark.parametrize("expression", [pytest.param(text, id=name) for name, text in EXPRESSIONS])
def test_every_expression_can_be_answered(expression: str) -> None:
    assert "$" not in expression
    assert read(expression, known()).findings == []


@pytest.mark.parametrize(
    ("expression", "finding"),
    [
        ("rate(catalyst_ingest_attempt_total[5m])", "there is no metric"),
        ("rate(catalyst_ingest_attempts[5m])", "there is no metric"),
        ('catalyst_queue_calls{line="compute"}', "has no label line"),
        ('catalyst_queue_calls{lane="index"}', "lane is never index"),
        ('catalyst_queue_calls{lane=~"acquire|index"}', "lane is never index"),
        ('catalyst_ingest_attempts_total{result!="okay"}', "result is never okay"),
        ("sum by (stage) (catalyst_queue_calls)", "label stage is not there"),
        ("sum without (stage) (catalyst_queue_calls)", "label stage is not there"),
        ("max(catalyst_queue_calls) > on (lane) catalyst_queue_calls", "label lane is not there"),
        ("sum(catalyst_jobs_open) / catalyst_jobs_open", "sides never match"),
        ("rate(catalyst_jobs_open[5m])", "has no rate"),
        (
            "histogram_quantile(1, sum(rate(catalyst_stage_duration_seconds_bucket[5m])))",
            "label le is not there",
        ),
        ("sum(catalyst_jobs_open", "unclosed"),
    ],
)
def test_an_expression_that_could_not_be_answered_is_found(expression: str, finding: str) -> None:
    found = read(expression, known()).findings
    assert len(found) == 1
    assert finding in found[0]


def test_every_metric_of_the_product_is_watched() -> None:
    watched: set[str] = set()
    for _, expression in (*dashboard_expressions(), *rule_expressions()):
        watched |= read(expression, known()).metrics
    families = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in product()}
    seen = {re.sub(r"_(bucket|sum|count)$", "", name) for name in watched}
    made_by_library = {name for name in families if f"{name}_total" in families}
    assert families - made_by_library - seen == set()


def test_every_alert_says_what_a_woken_person_needs() -> None:
    for alert in ALERTS:
        name = alert["alert"]
        assert re.fullmatch(r"\d+m", alert["for"]), name
        assert alert["labels"] in ({"severity": "critical"}, {"severity": "warning"}), name
        assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}, name
        assert all(alert["annotations"].values()), name


def test_labels_in_the_words_of_an_alert_are_those_it_has() -> None:
    for alert in ALERTS:
        labels = read(alert["expr"], known()).labels
        words = " ".join(alert["annotations"].values())
        assert set(re.findall(r"\$labels\.(\w+)", words)) <= labels, alert["alert"]


def test_every_alert_has_its_section_of_the_runbook_and_no_section_is_without() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert list(SECTIONS) == names
    for alert in ALERTS:
        anchor = alert["alert"].lower()
        assert alert["annotations"]["runbook_url"] == f"ingestion-runbook.md#{anchor}"


@pytest.mark.parametrize("alert", SECTIONS)
def test_a_section_tells_meaning_looks_deeds_and_when_to_escalate(alert: str) -> None:
    section = SECTIONS[alert]
    headings = re.findall(r"^\*\*(\w+)", section, re.MULTILINE)
    assert headings == ["Means", "Look", "Do", "Escalate"]
    looks = section.split("**Look.**")[1].split("**Do.**")[0]
    assert re.search(r"^ {4}(curl|catalystctl) ", looks, re.MULTILINE)


def test_links_of_the_pages_lead_somewhere() -> None:
    for page in sorted(FOLDER.glob("*.md")):
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
            place, _, anchor = link.partition("#")
            assert (FOLDER / place).exists(), link
            if not place:
                assert anchor in {name.lower() for name in SECTIONS}, link


def test_alerts_named_on_the_dashboard_exist() -> None:
    named = re.findall(r"\bCatalyst[A-Z]\w+", json.dumps(PANELS).replace("CatalystIndex", ""))
    assert named
    assert set(named) <= {alert["alert"] for alert in ALERTS}


def test_ids_of_panels_are_unique_and_the_dashboard_keeps_its_uid() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert DASHBOARD["uid"] == "catalystindex-ingestion"
    assert DASHBOARD["schemaVersion"] >= 41


def test_panels_lie_within_the_grid_and_apart() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    for place in places:
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)


def test_the_dashboard_has_a_row_for_each_concern() -> None:
    assert ROWS == [
        "Throughput and outcome",
        "Backlog and queue",
        "Stages: latency",
        "Attempts and errors",
        "Workers and leases",
        "Dependencies",
        "HTTP",
        "Event stream",
        "Detection",
    ]


def test_every_panel_explains_itself_and_takes_the_chosen_data_source() -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"], panel["title"]
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"], panel["title"]
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == chosen
            assert target["legendFormat"], panel["title"]
            assert 'job=~"$job",instance=~"$instance"' in target["expr"], panel["title"]


def test_legends_name_labels_that_the_series_have() -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            labels = read(plain(target["expr"]), known()).labels
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) == labels, panel["title"]


def test_variables_of_the_dashboard_ask_for_a_metric_there_is() -> None:
    variables: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
    assert [variable["name"] for variable in variables] == ["datasource", "job", "instance"]
    assert variables[0]["query"] == "prometheus"
    for variable in variables[1:]:
        asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        assert asked
        reading = read(plain(asked[1]), known())
        assert reading.findings == []
        assert asked[2] in reading.labels
