"""What alerts are worth, in words."""

import pytest

from catalystindex.cli.measured_text import POINTS, print_measured
from catalystindex.cli.measuring import Measured
from catalystindex.detection.evaluate import Evaluation, Judged, Pattern, evaluate
from catalystindex.detection.labelled_accounts import AccountEvaluation, AccountTally


def judged(name: str, events: str, score: int = 60) -> Judged:
    return Judged(name, name.split("#")[0], frozenset(events), score)


def shown(capsys: pytest.CaptureFixture[str], measured: Measured) -> list[str]:
    print_measured(measured)
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def of(found: Evaluation, patterns: int, unknown: int = 0) -> Measured:
    return Measured(found, None, patterns, unknown)


def test_patterns_give_a_table_recall_rates_and_a_curve(
    capsys: pytest.CaptureFixture[str],
) -> None:
    patterns = [Pattern("cycle-1", "cycle", frozenset("abcd")),
                Pattern("fan_in-2", "fan_in", frozenset("efgh"))]  # fmt: skip
    alerts = [judged("cycle#1", "abc", 80), judged("stack#2", "xyz")]
    said = shown(capsys, of(evaluate(alerts, patterns, 1000), 2))
    assert said == [
        "TYPOLOGY PATTERNS FOUND NAMED OPEN ALERTS TRUE OF ITS OWN",
        "cycle 1 1 1 1 1 (1.00) 1 (1.00)",
        "fan_in 1 0 0 0 0 0",
        "stack 0 0 0 1 0 (0.00) 0 (0.00)",
        "all 2 1 1 2 1 (0.50) 1 (0.50)",
        "",
        "Found 1 of 2 patterns: recall 0.50, by name 0.50.",
        "2.0 open alerts for 1,000 accounts, of 1,000 accounts.",
        "3 of 8 labelled payments are in an open alert.",
        "",
        "Only open alerts from a score on:",
        "SCORE OPEN ALERTS PER 1,000 ACCOUNTS RECALL PRECISION",
        "80 1 1.0 0.50 1.00",
        "60 2 2.0 0.50 0.50",
    ]


def test_a_long_curve_is_shown_with_its_first_and_last_point(
    capsys: pytest.CaptureFixture[str],
) -> None:
    alerts = [judged(f"cycle#{score}", "a", score) for score in range(1, 100)]
    said = shown(capsys, of(evaluate(alerts, [Pattern("c", "cycle", frozenset("a"))], 9), 1))
    curve = [line.split()[0] for line in said[said.index("Only open alerts from a score on:") :]]
    assert len(curve) == POINTS + 2
    assert (curve[2], curve[-1]) == ("99", "1")


def test_labels_without_patterns_say_that_there_is_no_recall(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = evaluate([judged("cycle#1", "ab")], [], 0, frozenset("a"))
    said = shown(capsys, of(found, 0, unknown=3))
    assert not any(line.startswith("Found") for line in said)
    assert "60 1 1.00" in said
    assert said[-2:] == [
        "The labels name no patterns of these payments: recall over patterns cannot be given.",
        "3 labels of payments or accounts that were not read are left out.",
    ]


def test_labels_of_accounts_give_shares_of_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    found = AccountEvaluation(4, 2, {"cycle": AccountTally(1, 5, 2), "stack": AccountTally(1)})
    said = shown(capsys, Measured(None, found, 0, 0))
    assert said[1:5] == ["cycle 1 5 2 0.40", "stack 1 0 0", "", said[4]]
    assert said[4] == "2 of 4 labelled accounts are in an open alert."
    assert said[5].startswith("The labels are on accounts only: there are no patterns")
