"""Opening, migrating and changing the records."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from catalystindex.audit.chain import action
from catalystindex.model.clock import FixedClock
from catalystindex.model.knowledge_base import KnowledgeBaseCreate
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import audit_log, knowledge_bases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.schema import metadata
from support.records import Home, indexes_of
from support.stores import ANA, AT, BEA, NOON


def create(connection: Connection, name: str, tenant: Tenant = ANA) -> None:
    knowledge_bases.create(connection, tenant, KnowledgeBaseCreate(name=name), AT)


def fail_half_way(records: Records) -> None:
    with records.change(ANA, action("knowledge_base.create", "x")) as connection:
        create(connection, "gone")
        raise RuntimeError("half way")


def described(connection: Connection) -> list[tuple[str, str]]:
    """Columns with their types, and constraints, as the database itself names them."""
    found = inspect(connection)
    return [
        (table, str([found.get_columns(table), indexes_of(found, table)]))
        for table in sorted(found.get_table_names())
    ]


def names(records: Records, tenant: Tenant = ANA) -> set[str]:
    with records.read() as connection:
        return set(knowledge_bases.names(connection, tenant).values())


REFUSE_ENTRIES = {
    "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON audit_entries "
    "BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    "postgresql": 'ALTER TABLE audit_entries ADD CONSTRAINT "disk full" CHECK (sequence < 0)',
}
LIFT_REFUSAL = {
    "sqlite": "DROP TRIGGER audit_entries_refuse_update",
    "postgresql": "DROP TRIGGER audit_entries_refuse_change ON audit_entries",
}


class TestMigrations:
    def test_the_migrations_make_the_schema(self, records: Records) -> None:
        with records.read() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found = compare_metadata(context, metadata)
        # Comments are for readers of the schema; migrations leave them out.
        assert [one for one in found if "_comment" not in str(one)] == []

    def test_migrating_again_changes_nothing(self, records: Records) -> None:
        with records.change(ANA, action("knowledge_base.create", "x")) as connection:
            create(connection, "bank")
            before = described(connection)
        records.migrate()
        with records.read() as connection:
            assert described(connection) == before
        assert records.at_head()
        assert names(records) == {"bank"}

    def test_a_database_of_another_revision_is_not_at_head(self, records: Records) -> None:
        with records.housekeeping() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        assert not records.at_head()

    def test_records_that_were_closed_open_with_what_they_held(self, home: Home) -> None:
        first = home.open()
        with first.change(ANA, action("knowledge_base.create", "x")) as connection:
            create(connection, "bank")
        first.close()
        again = home.open()
        assert names(again) == {"bank"}
        again.close()

    def test_openings_at_the_same_time_all_succeed(self, home: Home) -> None:
        def start(_: int) -> bool:
            opened = home.open()
            try:
                return opened.at_head()
            finally:
                opened.close()

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(start, range(4)))

    def test_the_engine_names_itself_and_its_release(self, home: Home, records: Records) -> None:
        assert re.fullmatch(rf"{home.engine} [0-9.]+", records.engine_name, re.IGNORECASE)


class TestChange:
    def test_a_change_and_its_entry_are_written_together(self, records: Records) -> None:
        done = action("knowledge_base.create", "kb-1", documents=0)
        with records.change(ANA, done) as connection:
            create(connection, "bank")
        with records.read() as connection:
            (entry,) = audit_log.page(connection, ANA, after=0, limit=10)
        assert names(records) == {"bank"}
        assert (entry.action, entry.subject, entry.details) == (done.name, "kb-1", {"documents": 0})
        assert (entry.actor, entry.at) == ("ana", NOON)

    def test_an_exception_leaves_neither_the_change_nor_its_entry(self, records: Records) -> None:
        with pytest.raises(RuntimeError, match="half way"):
            fail_half_way(records)
        with records.read() as connection:
            assert audit_log.page(connection, ANA, after=0, limit=10) == []
        assert names(records) == set()

    def test_an_entry_that_cannot_be_written_takes_the_change_with_it(
        self, home: Home, records: Records
    ) -> None:
        with records.housekeeping() as connection:
            connection.execute(text(REFUSE_ENTRIES[home.engine]))
        with (
            pytest.raises(Exception, match="disk full"),
            records.change(ANA, action("knowledge_base.create", "x")) as connection,
        ):
            create(connection, "bank")
        assert names(records) == set()

    def test_after_a_failed_change_the_next_one_goes_through(self, records: Records) -> None:
        for _ in range(3):
            with pytest.raises(RuntimeError, match="half way"):
                fail_half_way(records)
        with records.change(ANA, action("x.y", "x")) as connection:
            create(connection, "bank")
        assert names(records) == {"bank"}

    def test_what_is_not_committed_is_not_seen(self, records: Records) -> None:
        with records.change(ANA, action("x.y", "x")) as connection:
            create(connection, "bank")
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(names, records).result(timeout=10) == set()
        assert names(records) == {"bank"}

    def test_a_reader_sees_one_state_while_others_write(self, records: Records) -> None:
        with records.read() as connection:
            before = knowledge_bases.names(connection, ANA)
            with records.change(ANA, action("x.y", "x")) as writing:
                create(writing, "bank")
            assert knowledge_bases.names(connection, ANA) == before == {}
        assert names(records) == {"bank"}

    def test_reading_writes_nothing(self, records: Records) -> None:
        with suppress(DBAPIError), records.read() as connection:
            create(connection, "sneaked")
        assert names(records) == set()

    def test_changes_from_many_threads_make_one_valid_chain(self, records: Records) -> None:
        barrier = threading.Barrier(8)

        def work(worker: int) -> None:
            barrier.wait(timeout=20)
            for turn in range(5):
                name = f"kb-{worker}-{turn}"
                with records.change(ANA, action("knowledge_base.create", name)) as connection:
                    create(connection, name)

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(work, worker) for worker in range(8)]:
                future.result(timeout=60)
        with records.read() as connection:
            report = audit_log.verify(connection, ANA)
            entries = audit_log.page(connection, ANA, after=0, limit=100)
        assert (report.valid, report.entries, report.problem) == (True, 40, None)
        assert {entry.subject for entry in entries} == names(records)

    def test_two_openings_make_one_valid_chain(self, home: Home, records: Records) -> None:
        """As when a token is issued beside a running server."""
        other = home.open()

        def work(place: int) -> None:
            opened = records if place % 2 else other
            with opened.change(ANA, action("x.y", str(place))):
                pass

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(20)))
        other.close()
        with records.read() as connection:
            report = audit_log.verify(connection, ANA)
        assert (report.valid, report.entries) == (True, 20)

    def test_the_clock_stamps_the_entry(self, home: Home) -> None:
        at = datetime(2030, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
        opened = home.open(FixedClock(at))
        with opened.change(ANA, action("x.y", "x")):
            pass
        with opened.read() as connection:
            assert audit_log.page(connection, ANA, after=0, limit=1)[0].at == at
        opened.close()


class TestAuditLog:
    @pytest.fixture(autouse=True)
    def _written(self, records: Records) -> None:
        for number in range(5):
            with records.change(ANA, action("x.y", f"a{number}")):
                pass
        with records.change(BEA, action("x.y", "b0")):
            pass

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entries SET actor = 'zoe'",
            "UPDATE audit_entries SET details = '{}' WHERE sequence = 2",
            "DELETE FROM audit_entries",
            "DELETE FROM audit_entries WHERE sequence = 5",
        ],
    )
    def test_entries_are_never_changed(self, records: Records, statement: str) -> None:
        def rows() -> list[object]:
            with records.read() as connection:
                return list(connection.execute(select(metadata.tables["audit_entries"])))

        before = rows()
        with pytest.raises(Exception, match="append-only"), records.housekeeping() as connection:
            connection.execute(text(statement))
        assert rows() == before

    def test_chains_of_two_workspaces_are_independent(self, records: Records) -> None:
        with records.read() as connection:
            ana, bea = audit_log.verify(connection, ANA), audit_log.verify(connection, BEA)
            seen = audit_log.page(connection, BEA, after=0, limit=10)
        assert (ana.valid, ana.entries, bea.valid, bea.entries) == (True, 5, True, 1)
        assert [(entry.sequence, entry.subject) for entry in seen] == [(1, "b0")]

    def test_damage_in_one_chain_is_found_there_alone(self, home: Home, records: Records) -> None:
        thief = home.thief()
        with thief.begin() as connection:
            connection.execute(text(LIFT_REFUSAL[home.engine]))
            connection.execute(text("UPDATE audit_entries SET subject = 'x' WHERE sequence = 3"))
        thief.dispose()
        with records.read() as connection:
            reports = {
                key: audit_log.verify_key(connection, key) for key in audit_log.tenants(connection)
            }
        assert reports[BEA.key].valid
        assert reports[ANA.key].problem == "entry 3 was changed after it was written"

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_pages_go_through_everything_once(self, records: Records, newest_first: bool) -> None:
        after = 99 if newest_first else 0
        found: list[int] = []
        with records.read() as connection:
            while page := audit_log.page(
                connection, ANA, after=after, limit=2, newest_first=newest_first
            ):
                found += [entry.sequence for entry in page]
                after = found[-1]
        assert found == ([5, 4, 3, 2, 1] if newest_first else [1, 2, 3, 4, 5])

    def test_verifying_reads_beyond_one_batch(
        self, records: Records, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_log, "READ_BATCH", 2)
        with records.read() as connection:
            assert audit_log.verify(connection, ANA).entries == 5

    def test_the_workspaces_with_a_chain_are_listed(self, records: Records) -> None:
        with records.read() as connection:
            assert audit_log.tenants(connection) == [ANA.key, BEA.key]
