"""Alerts in words."""

from datetime import UTC, datetime

from catalystindex.cli.alert_text import alert_lines, alert_row, count_rows, money
from catalystindex.model.alert import Alert, AlertCounts, AlertReason, AlertState, Severity

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)


def an_alert(**changed: object) -> Alert:
    known: dict[str, object] = {
        "alert_id": "a1",
        "detector": "fan_in",
        "version": 1,
        "typology": "fan_in",
        "severity": Severity.HIGH,
        "score": 72,
        "state": AlertState.OPEN,
        "anchor": ("acc-1",),
        "events": 2,
        "start": AT,
        "end": datetime(2025, 3, 2, tzinfo=UTC),
        "amount": 1_234_567,
        "currency": "EUR",
        "rationale": "7 senders paid acc-1.",
        "revision": 1,
        "roles": {"collector": ("acc-1",), "senders": ("acc-2", "acc-3")},
        "event_ids": ("e1", "e2"),
        "event_times": (AT, AT),
        "reasons": (AlertReason(code="senders", weight=40, fact="7 senders"),),
        "parameters": {},
    }
    return Alert.model_validate(known | changed)


def test_an_alert_is_a_case_note() -> None:
    assert alert_lines(an_alert()) == [
        "HIGH fan_in, score 72 of 100 (fan_in version 1)",
        "Alert a1, revision 1, open",
        "2025-03-01 12:00:00 to 2025-03-02 00:00:00, 2 events, 12,345.67 EUR",
        "",
        "7 senders paid acc-1.",
        "",
        "Why",
        "   +40  senders                      7 senders",
        "",
        "Who",
        "  collector  acc-1",
        "  senders    acc-2, acc-3",
        "",
        "Evidence",
        "  2025-03-01 12:00:00  e1",
        "  2025-03-01 12:00:00  e2",
    ]


def test_long_lists_are_cut_unless_all_is_asked_for() -> None:
    many = tuple(f"x{number}" for number in range(25))
    alert = an_alert(
        roles={"senders": many}, event_ids=many, event_times=(AT,) * 25, events=30,
        bounds=("max_alert_events",),
    )  # fmt: skip
    short, whole = "\n".join(alert_lines(alert)), "\n".join(alert_lines(alert, whole=True))
    assert "x20" not in short
    assert short.count("and 5 more (--all)") == 2
    assert "x24" in whole
    assert "5 more were counted and not listed" in whole
    assert "bounded by max_alert_events." in whole


def test_what_others_wrote_cannot_feign_lines_or_command_the_terminal() -> None:
    alert = an_alert(rationale="one\ntwo \x1b[31m", roles={"senders": ("a\nb",)}, anchor=("\x9b",))
    text = "\n".join([*alert_lines(alert), *map(str, alert_row(alert))])
    assert "one\ntwo" not in text
    assert "a\nb" not in text
    assert "\x1b" not in text
    assert "\x9b" not in text


def test_money_has_the_decimals_of_its_currency() -> None:
    assert money(1_234_567, "EUR") == "12,345.67 EUR"
    assert money(1_234_567, "JPY") == "1,234,567 JPY"
    assert money(1_234_567, None) == "1,234,567"


def test_counts_end_with_all_of_them() -> None:
    counts = {Severity.HIGH: 2, Severity.LOW: 1}
    found = AlertCounts(total=3, by_severity=counts, by_state={}, by_typology={"fan_in": counts})
    assert count_rows(found) == [
        ("fan_in", "0", "2", "0", "1", "3"),
        ("all", "0", "2", "0", "1", "3"),
    ]
