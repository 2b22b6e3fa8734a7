"""Alerts in the records, on both engines."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from catalystindex.model.alert import AlertState, Severity
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import AlertNotFound, InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import alert_links, alerts
from catalystindex.stores.records.alerts import SEVERITIES, AlertQuery, Sort
from catalystindex.stores.records.cursors import encode_cursor
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.schema import alert_links as links_table
from catalystindex.stores.records.schema import alerts as table
from support.alerts import BEGIN, DAY, an_alert, new_book, some_alerts, some_findings
from support.findings import finding
from support.stores import ANA, BEA

Test = Callable[[AlertRecord], bool]


def put(records: Records, some: Sequence[AlertRecord], tenant: Tenant = ANA) -> int:
    with records.bookkeeping() as connection:
        return alerts.upsert(connection, tenant, some)


def get(records: Records, alert_id: str, tenant: Tenant = ANA) -> AlertRecord:
    with records.read() as connection:
        return alerts.find(connection, tenant, alert_id)


def listed(records: Records, query: AlertQuery, tenant: Tenant = ANA) -> list[AlertRecord]:
    """Return a listing, page by page."""
    found, cursor = [], query.cursor
    while True:
        with records.read() as connection:
            page, cursor = alerts.page(connection, tenant, replace(query, cursor=cursor))
        assert len(page) <= query.limit
        found += page
        if cursor is None:
            return found


def rows(records: Records) -> list[tuple[object, ...]]:
    """Return all that is stored of alerts."""
    with records.read() as connection:
        one = connection.execute(select(table).order_by(table.c.number))
        two = connection.execute(select(links_table).order_by(links_table.c.key, "alert"))
        return [*map(tuple, one), *map(tuple, two)]


class TestWriting:
    def test_what_is_written_is_read(self, records: Records) -> None:
        some = some_alerts()
        assert put(records, some) == len(some)
        assert [get(records, one.alert_id) for one in some] == some

    def test_writing_the_same_again_changes_nothing(self, records: Records) -> None:
        put(records, some_alerts())
        before = rows(records)
        assert put(records, some_alerts()) == 0
        assert rows(records) == before

    def test_an_earlier_revision_never_replaces_a_later_one(self, records: Records) -> None:
        alert = an_alert(revision=5, score=80)
        put(records, [alert])
        assert put(records, [msgspec.structs.replace(alert, revision=4, score=99)]) == 0
        assert get(records, alert.alert_id) == alert

    def test_of_several_revisions_at_once_the_latest_is_kept(self, records: Records) -> None:
        alert = an_alert(revision=5)
        earlier = msgspec.structs.replace(alert, revision=4, score=99)
        assert put(records, [earlier, alert, earlier]) == 1
        assert get(records, alert.alert_id) == alert

    def test_the_same_revision_of_another_run_replaces_it(self, records: Records) -> None:
        alert = an_alert()
        put(records, [alert])
        other = msgspec.structs.replace(alert, severity=Severity.CRITICAL)
        assert put(records, [other]) == 1
        assert get(records, alert.alert_id) == other

    def test_an_alert_that_grows_is_found_by_what_is_new(self, records: Records) -> None:
        book = new_book()
        put(records, book.fold([finding([10, 20], roles={"senders": ("a",)})]))
        put(records, book.fold([finding([20, 30], roles={"senders": ("b",)})]))
        for entity in ("a", "b"):
            assert [one.revision for one in listed(records, AlertQuery(entity=entity))] == [2]
        events = finding([10, 20, 30]).event_ids
        assert all(len(listed(records, AlertQuery(event=one))) == 1 for one in events)

    def test_odd_ids_are_kept(self, records: Records) -> None:
        odd = "a/b ?%&ü\n\0😀"
        alert = an_alert(roles={"senders": (odd,)}, anchor=(odd,))
        put(records, [alert])
        assert get(records, alert.alert_id) == alert
        assert listed(records, AlertQuery(entity=odd)) == [alert]

    def test_no_alerts_are_written_as_none(self, records: Records) -> None:
        assert put(records, []) == 0

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
    @given(st.data())
    def test_a_replay_from_any_checkpoint_ends_the_same(
        self, records: Records, data: st.DataObject
    ) -> None:
        findings = some_findings(40)
        with records.bookkeeping() as connection:
            alerts.remove_all(connection, ANA)
        cuts = data.draw(st.lists(st.integers(1, len(findings) - 1), max_size=4, unique=True))
        book, states = new_book(), [(0, new_book().state())]
        for lo, hi in pairwise([0, *sorted(cuts), len(findings)]):
            put(records, book.fold(findings[lo:hi]))
            states.append((hi, book.state()))
        place, state = data.draw(st.sampled_from(states))
        again = new_book()
        again.restore(state)
        put(records, again.fold(findings[place:]))
        wanted = {one.alert_id: one for one in new_book().fold(findings)}
        assert {one.alert_id: one for one in listed(records, AlertQuery())} == wanted


SELECTIONS: dict[str, tuple[dict[str, object], Test]] = {
    "all": ({}, lambda one: True),
    "detector": ({"detector": "stack"}, lambda one: one.detector == "stack"),
    "typology": ({"typology": "cycle"}, lambda one: one.typology == "cycle"),
    "severity": (
        {"severity": Severity.HIGH},
        lambda one: one.severity in (Severity.HIGH, Severity.CRITICAL),
    ),
    "state": ({"state": AlertState.EXPLAINED}, lambda one: one.state is AlertState.EXPLAINED),
    "entity": ({"entity": "acc-3"}, lambda one: "acc-3" in one.entities),
    "score": ({"min_score": 56}, lambda one: one.score >= 56),
    "since": ({"since": BEGIN + 9 * DAY}, lambda one: one.end >= BEGIN + 9 * DAY),
    "until": ({"until": BEGIN + 9 * DAY}, lambda one: one.start < BEGIN + 9 * DAY),
    "several": (
        {"detector": "fan_in", "entity": "acc-3", "min_score": 50},
        lambda one: one.detector == "fan_in" and "acc-3" in one.entities and one.score >= 50,
    ),
    "nothing": ({"detector": "no_such"}, lambda one: False),
}


class TestListing:
    @pytest.mark.parametrize("sort", ["newest", "score"])
    def test_a_listing_is_what_was_asked_for_in_order(self, records: Records, sort: Sort) -> None:
        some = some_alerts()
        put(records, some)
        put(records, some_alerts(seed=8), BEA)

        def place(one: AlertRecord) -> tuple[object, ...]:
            newest = (one.end, one.alert_id)
            return newest if sort == "newest" else (one.score, *newest)

        for name, (fields, test) in SELECTIONS.items():
            wanted = sorted(filter(test, some), key=place, reverse=True)
            assert bool(wanted) == (name != "nothing"), name
            query = AlertQuery(**fields, sort=sort, limit=3)  # type: ignore[arg-type]  # by name
            assert listed(records, query) == wanted, name

    def test_the_alerts_of_an_event_are_found(self, records: Records) -> None:
        some = some_alerts()
        put(records, some)
        event = some[3].event_ids[0]
        found = listed(records, AlertQuery(event=event))
        assert some[3] in found
        assert len(found) == sum(event in one.event_ids for one in some)

    def test_lookups_go_by_an_index(self, records: Records) -> None:
        if records.engine_name.startswith("PostgreSQL"):
            pytest.skip(
                "PostgreSQL chooses its plans by itself: what SQLite reads is looked at here"
            )
        with records.read() as connection:
            for query in (AlertQuery(), AlertQuery(sort="score"), AlertQuery(entity="a")):
                statement = alerts._filtered(select(table.c.body), ANA, query)
                key = alerts._sort_key(query.sort)
                ordered = statement.order_by(*(one.desc() for one in key))
                words = ordered.compile(connection, compile_kwargs={"literal_binds": True})
                plan = connection.execute(text(f"EXPLAIN QUERY PLAN {words}"))
                said = " ".join(str(row[-1]) for row in plan)
                assert "SCAN alerts" not in said
                assert ("TEMP B-TREE" in said) == (query.entity is not None), said

    def test_two_ids_with_the_same_hash_are_told_apart(
        self, records: Records, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(alert_links, "key_of", lambda *_: 5)
        some = some_alerts()
        put(records, some)
        found = listed(records, AlertQuery(entity="acc-3"))
        assert found
        assert {one.alert_id for one in found} == {
            one.alert_id for one in some if "acc-3" in one.entities
        }

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            encode_cursor("a", "b"),
            encode_cursor("1", "2", "3"),
            encode_cursor("9" * 60, "x"),
            encode_cursor(str(-(2**63) - 1), "x"),
        ],
    )
    def test_a_cursor_of_something_else_is_refused(self, records: Records, cursor: str) -> None:
        with pytest.raises(InvalidRequest, match="cursor is not one"):
            listed(records, AlertQuery(cursor=cursor))


class TestTenants:
    def test_another_tenants_alert_does_not_exist(self, records: Records) -> None:
        alert = an_alert()
        put(records, [alert])
        with pytest.raises(AlertNotFound, match="There is no alert"):
            get(records, alert.alert_id, BEA)
        for query in (
            AlertQuery(),
            AlertQuery(entity=alert.entities[0]),
            AlertQuery(event=alert.event_ids[0]),
        ):
            assert listed(records, query, BEA) == []
        with records.read() as connection:
            assert alerts.tallies(connection, BEA) == []

    def test_two_tenants_have_an_alert_of_the_same_events_each(self, records: Records) -> None:
        alert = an_alert()
        other = msgspec.structs.replace(alert, score=99)
        put(records, [alert])
        put(records, [other], BEA)
        assert (get(records, alert.alert_id), get(records, alert.alert_id, BEA)) == (alert, other)

    def test_removal_takes_alerts_and_links_of_one_tenant(
        self, records: Records, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(alerts, "ASKED_AT_ONCE", 7)
        some = some_alerts()
        put(records, [an_alert()], BEA)
        before = rows(records)
        put(records, some)
        with records.bookkeeping() as connection:
            assert alerts.remove_all(connection, ANA) == len(some)
        assert rows(records) == before


def test_alerts_are_counted(records: Records) -> None:
    some = some_alerts()
    put(records, some)
    with records.read() as connection:
        tallies = alerts.tallies(connection, ANA)
    assert sum(one.alerts for one in tallies) == len(some)
    for tally in tallies:
        same = [
            one
            for one in some
            if (one.typology, one.severity, one.state)
            == (tally.typology, tally.severity, tally.state)
        ]
        assert tally.alerts == len(same) > 0
    assert tallies == sorted(
        tallies, key=lambda one: (one.typology, SEVERITIES.index(one.severity), one.state)
    )


def test_links_are_few_bytes(records: Records) -> None:
    """Ids of events are in no order: rows that are small are what makes writing fast."""
    put(records, some_alerts())
    with records.read() as connection:
        number = connection.execute(select(func.count()).select_from(links_table)).scalar_one()
    wanted = sum(len(one.entities) + len(one.event_ids) for one in some_alerts())
    assert number == wanted
