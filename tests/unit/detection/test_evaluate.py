"""Alerts are held against what was planted."""

import pytest

from catalystindex.detection.evaluate import Judged, Pattern, Tally, evaluate


def pattern(name: str, events: str, *, lookalike: bool = False) -> Pattern:
    return Pattern(name, name.split("#")[0], frozenset(events), lookalike)


def alert(name: str, events: str, score: int = 60, *, explained: bool = False) -> Judged:
    return Judged(name, name.split("#")[0], frozenset(events), score, explained)


PLANTED = [pattern("cycle#1", "abcd"), pattern("fan_in#2", "efgh")]


def test_half_of_a_pattern_finds_it_and_its_own_name_names_it() -> None:
    found = evaluate([alert("cycle#x", "ab"), alert("fan_out#y", "efg")], PLANTED)
    assert found.by_typology["cycle"] == Tally(1, 1, 1, 1, 1, 1)
    assert found.by_typology["fan_in"] == Tally(1, 1, 0)
    assert found.by_typology["fan_out"] == Tally(alerts=1, true=1)
    assert found.missed == []


def test_less_than_half_does_not_find_it() -> None:
    found = evaluate([alert("cycle#x", "a")], PLANTED)
    assert found.missed == ["cycle#1", "fan_in#2"]
    assert found.by_typology["cycle"].recall == 0


def test_an_alert_with_more_of_other_payments_is_false() -> None:
    found = evaluate([alert("cycle#x", "abxyz")], PLANTED)
    assert found.false_alerts == ["cycle#x"]
    assert (found.by_typology["cycle"].precision, found.by_typology["cycle"].recall) == (0, 1)


def test_an_explained_alert_finds_but_is_not_counted() -> None:
    found = evaluate([alert("cycle#x", "abcd", explained=True)], PLANTED)
    assert found.by_typology["cycle"] == Tally(1, 1, 1)
    assert found.by_typology["cycle"].precision is None


def test_a_look_alike_is_alerted_by_half_of_either() -> None:
    lawful = [pattern("payroll#3", "abcdefgh", lookalike=True)]
    for events in ("ab", "abcdxyz", "abcdefghijklmnop"):
        assert evaluate([alert("fan_out#x", events)], lawful).lookalikes == {"payroll": (1, 1)}
    found = evaluate([alert("fan_out#x", "axy")], lawful)
    assert found.lookalikes == {"payroll": (1, 0)}
    assert found.false_alerts == ["fan_out#x"]


def test_the_curve_goes_from_the_highest_score_down() -> None:
    alerts = [alert("cycle#x", "abcd", 90), alert("fan_in#y", "xyz", 70), alert("fan_in#z", "ef")]
    first, second, third = evaluate(alerts, PLANTED, accounts=500).curve
    assert (first.score, first.alerts, first.recall, first.precision) == (90, 1, 0.5, 1.0)
    assert (second.recall, second.precision, second.alerts_per_thousand) == (0.5, 0.5, 4.0)
    assert third.recall == 1.0
    assert third.precision == pytest.approx(2 / 3)


def test_nothing_compared_with_nothing() -> None:
    found = evaluate([], [])
    assert (found.by_typology, found.curve, found.missed) == ({}, [], [])
    assert (found.recall, found.precision, found.alerts_per_thousand) == (None, None, None)


def test_abuse_of_no_pattern_makes_alerts_true_and_no_recall() -> None:
    alerts = [alert("cycle#x", "abyz"), alert("fan_in#y", "cuvw"), alert("stack#z", "d")]
    alerts.append(alert("cycle#e", "e", explained=True))
    found = evaluate(alerts, [], accounts=1500, loose=frozenset("abcde"))
    assert (found.total, found.recall) == (Tally(alerts=3, true=2), None)
    assert found.false_alerts == ["fan_in#y"]
    assert found.alerts_per_thousand == 2.0
    assert (found.abuse_payments, found.abuse_alerted) == (5, 4)


def test_the_whole_is_the_sum_of_its_typologies() -> None:
    alerts = [alert("cycle#x", "ab"), alert("fan_in#y", "axyz")]
    lawful = pattern("payroll#3", "xyz", lookalike=True)
    found = evaluate(alerts, [*PLANTED, lawful], accounts=2000)
    assert found.total == Tally(2, 1, 1, 2, 1, 1)
    assert (found.recall, found.precision, found.alerts_per_thousand) == (0.5, 0.5, 1.0)
    assert (found.abuse_payments, found.abuse_alerted) == (8, 2)
