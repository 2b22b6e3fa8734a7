"""What is known of payments, from labels of any source."""

import json
from pathlib import Path

import pytest

from catalystindex.detection.history import History
from catalystindex.detection.truth import Answers, answers_of
from catalystindex.model.errors import EventFileInvalid
from catalystindex.streaming.codec import seal
from catalystindex.streaming.importers.lines import MAX_LINE
from catalystindex.temporal.money import Money
from support.events import payment

NAMES = ("p1", "p2", "p3", "p4")
SEALED = [seal(payment(name)) for name in NAMES]
ID = dict(zip(NAMES, (one.event_id for one in SEALED), strict=True))


def answers(path: Path, *lines: object, history: History | None = None) -> Answers:
    if history is None:
        history = History(Money("EUR"))
        history.take_bytes([one.data for one in SEALED])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    payments = history.payments()
    return answers_of(path, payments, history.codes.accounts)


def test_lines_of_one_pattern_belong_together(tmp_path: Path) -> None:
    found = answers(
        tmp_path / "labels.jsonl",
        {"entity_id": "p1", "pattern": "7", "typology": "cycle"},
        {"entity_id": "p2", "pattern": "7", "typology": "cycle"},
        {"entity_id": "p2", "pattern": "7", "typology": "fan_in"},
        {"entity_id": "p3", "pattern": "9"},
        {"entity_id": "p4", "pattern": "9", "positive": False},
    )
    assert [(one.name, one.typology, set(one.events)) for one in found.patterns] == [
        ("cycle-7", "cycle", {ID["p1"], ID["p2"]}),
        ("fan_in-7", "fan_in", {ID["p2"]}),
        ("unnamed-9", "unnamed", {ID["p3"]}),
    ]
    assert (found.loose, found.accounts, found.unknown) == (frozenset(), frozenset(), 0)


def test_labels_without_patterns_and_of_accounts_are_kept_apart(tmp_path: Path) -> None:
    found = answers(
        tmp_path / "labels.jsonl",
        {"entity_id": "p1"},
        {"entity_id": "a", "kind": "account"},
        {"entity_id": "nobody", "kind": "account"},
        {"entity_id": "p9"},
        {"entity_id": "p8", "pattern": "1", "typology": "cycle"},
    )
    assert found == Answers([], frozenset([ID["p1"]]), frozenset(["a"]), unknown=3)


def test_a_label_is_of_the_version_that_holds(tmp_path: Path) -> None:
    history = History(Money("EUR"))
    later = seal(payment("p1", amount=99))
    history.take_bytes([SEALED[0].data, later.data])
    kept = max(ID["p1"], later.event_id)
    found = answers(tmp_path / "labels.jsonl", {"entity_id": "p1"}, history=history)
    assert found.loose == {kept}


def test_labels_of_other_data_are_no_answer(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match="2 labels, and none"):
        answers(
            tmp_path / "labels.jsonl",
            {"entity_id": "p8", "pattern": "1"},
            {"entity_id": "q", "kind": "account"},
        )


@pytest.mark.parametrize(
    "line", [{"pattern": 1}, {"entity_id": "p1", "label": 1}, {"entity_id": 7}, "p1", []]
)
def test_a_file_of_another_form_is_no_answer(tmp_path: Path, line: object) -> None:
    with pytest.raises(EventFileInvalid):
        answers(tmp_path / "labels.jsonl", line)


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(EventFileInvalid, match=r"labels.jsonl, line 2 is no label"):
        answers(tmp_path / "labels.jsonl", {"entity_id": "p1"}, {"pattern": "1"})


@pytest.mark.parametrize("line", [b" " * MAX_LINE + b"\n", b'{"entity_id":"p1"}' + b" " * MAX_LINE])
def test_a_line_that_would_be_cut_does_not_make_labels(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(line + b'\n{"entity_id":"p1"}\n')
    history = History(Money("EUR"))
    history.take_bytes([one.data for one in SEALED])
    with pytest.raises(EventFileInvalid, match="no truth"):
        answers_of(path, history.payments(), history.codes.accounts)


def test_a_pattern_of_a_truth_may_be_longer_than_a_label(tmp_path: Path) -> None:
    told = {
        "pattern": 1,
        "typology": "cycle",
        "lookalike": False,
        "difficulty": 0.5,
        "start": 0,
        "end": 1,
        "roles": {},
        "entity_ids": ["a" * MAX_LINE],
        "kinds": ["transaction"],
        "event_ids": [ID["p1"]],
        "event_roles": [None],
    }
    assert [one.name for one in answers(tmp_path / "truth.jsonl", told).patterns] == ["cycle-1"]
