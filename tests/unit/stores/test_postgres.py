"""What holds for the records on PostgreSQL alone: the URL, the sessions, outages, the owner."""

import sys
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from catalystindex.audit.chain import action
from catalystindex.config.sections import RecordsSettings
from catalystindex.model.errors import (
    ConfigurationError,
    DependencyMissing,
    OwnerLocked,
    Unavailable,
)
from catalystindex.stores.records import audit_log, knowledge_bases, postgres_owner, removals
from catalystindex.stores.records.engine import Records, describe, open_postgres
from catalystindex.stores.records.postgres import parse_url
from support.postgres import Postgres, running_postgres
from support.stores import ANA, noon_clock, seed_knowledge_base

SECRET = "hunter2"
OVERWRITE = """
INSERT INTO audit_entries SELECT * FROM audit_entries
ON CONFLICT (tenant, sequence) DO UPDATE SET actor = 'zoe'
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is refused is refused soon."""
    monkeypatch.setattr(postgres_owner, "TAKE_PAUSE", 0.01)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.migrated()
    yield name
    postgres.drop(name)


@pytest.fixture
def records(postgres: Postgres, database: str) -> Iterator[Records]:
    opened = own(postgres, database)
    yield opened
    opened.close()


def own(cluster: Postgres, database: str, **settings: float) -> Records:
    """Open the records as their owner."""
    wanted = RecordsSettings(**settings)
    return open_postgres(cluster.url(database), noon_clock(), wanted, owner="pytest")


def beside(cluster: Postgres, database: str, **settings: float) -> Records:
    """Open the records as a command beside the owner does."""
    return open_postgres(cluster.url(database), noon_clock(), RecordsSettings(**settings))


def end_sessions(cluster: Postgres, database: str) -> None:
    """Break every connection to a database, as its server does when it fails over."""
    cluster.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", database
    )


def asked(records: Records, question: str) -> str:
    with records.read() as connection:
        return str(connection.execute(text(question)).scalar_one())


class TestUrl:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_the_driver_is_ours_whatever_the_scheme_says(self, scheme: str) -> None:
        found = parse_url(SecretStr(f"{scheme}://ana:{SECRET}@db:5433/bank?sslmode=require"))
        assert found.drivername == "postgresql+psycopg"
        assert (found.host, found.port, found.database) == ("db", 5433, "bank")
        assert found.query == {"sslmode": "require"}

    @pytest.mark.parametrize(
        "url",
        [
            f"mysql://ana:{SECRET}@db/bank",
            f"postgresql+asyncpg://ana:{SECRET}@db/bank",
            f"postgresql://ana:{SECRET}@db",
            f"postgresql://ana:{SECRET}@db/",
            f"postgresql://ana@db:{SECRET}/bank",
            f"{SECRET}",
        ],
    )
    def test_anything_else_is_refused_without_repeating_it(self, url: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            parse_url(SecretStr(url))
        assert refused.value.context == {"key": "records.url"}
        assert SECRET not in refused.value.detail
        assert refused.value.__cause__ is None

    def test_without_the_driver_the_command_that_installs_it_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(DependencyMissing, match=r"pip install 'catalystindex\[postgres\]'"):
            open_postgres(SecretStr("postgresql://db/bank"), noon_clock(), RecordsSettings())


class TestSessions:
    def test_a_read_is_one_state_that_cannot_be_written_in_utc(self, records: Records) -> None:
        assert asked(records, "SHOW transaction_isolation") == "repeatable read"
        assert asked(records, "SHOW transaction_read_only") == "on"
        assert asked(records, "SHOW timezone") == "UTC"

    def test_timeouts_of_the_settings_are_in_force(self, postgres: Postgres, database: str) -> None:
        opened = beside(postgres, database, statement_timeout=7, busy_timeout=3)
        assert asked(opened, "SHOW statement_timeout") == "7s"
        assert asked(opened, "SHOW lock_timeout") == "3s"
        assert asked(opened, "SHOW application_name").startswith("catalystindex ")
        opened.close()

    def test_options_of_the_url_are_kept_beside_ours(
        self, postgres: Postgres, database: str
    ) -> None:
        url = postgres.url(database).get_secret_value() + "&options=-c%20work_mem%3D9MB"
        opened = open_postgres(SecretStr(url), noon_clock(), RecordsSettings())
        assert asked(opened, "SHOW work_mem") == "9MB"
        assert asked(opened, "SHOW timezone") == "UTC"
        opened.close()

    def test_a_statement_that_takes_too_long_is_unavailable(
        self, postgres: Postgres, database: str
    ) -> None:
        opened = beside(postgres, database, statement_timeout=0.1)
        with pytest.raises(Unavailable, match="took too long"):
            asked(opened, "SELECT pg_sleep(30)")
        opened.close()

    def test_more_reads_than_connections_wait_and_then_say_so(
        self, postgres: Postgres, database: str
    ) -> None:
        opened = beside(postgres, database, connections=2, busy_timeout=0.2)
        with (
            opened.read(),
            opened.read(),
            pytest.raises(Unavailable, match="in use"),
            opened.read(),
        ):
            pass
        assert asked(opened, "SELECT 1") == "1"
        opened.close()

    def test_a_change_waits_for_that_of_another_process(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        other = beside(postgres, database, busy_timeout=0.2)
        with records.housekeeping(), pytest.raises(Unavailable, match="locked by another"):
            seed_knowledge_base(other)
        assert seed_knowledge_base(other).name == "bank"
        other.close()

    def test_an_error_in_a_statement_is_not_an_outage(self, records: Records) -> None:
        with pytest.raises(DBAPIError):
            asked(records, "SELECT nothing_like_it")

    def test_a_role_without_the_privilege_is_told_so(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        del records
        postgres.administer("DROP ROLE IF EXISTS stranger")
        postgres.administer("CREATE ROLE stranger LOGIN")
        url = postgres.url(database).get_secret_value().replace("catalyst@", "stranger@")
        with pytest.raises(ConfigurationError, match="lacks a privilege"):
            open_postgres(SecretStr(url), noon_clock(), RecordsSettings())

    def test_a_role_that_may_not_change_tables_can_own_what_another_migrated(
        self, postgres: Postgres, database: str
    ) -> None:
        """The grants of docs/operations/postgresql.md."""
        beside(postgres, database).close()
        postgres.administer("DROP ROLE IF EXISTS server")
        postgres.administer("CREATE ROLE server LOGIN")
        with psycopg.connect(postgres.url(database).get_secret_value()) as granting:
            granting.execute(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO server"
            )
            granting.execute("GRANT USAGE ON SEQUENCE removals_id_seq TO server")
        url = postgres.url(database).get_secret_value().replace("catalyst@", "server@")
        opened = open_postgres(SecretStr(url), noon_clock(), RecordsSettings(), owner="pytest")
        with opened.change(ANA, action("document.delete", "x")) as connection:
            removals.add(connection, ANA, "kb", "doc")
        opened.close()
        postgres.drop(database)
        postgres.administer("DROP ROLE server")


class TestSchema:
    def test_text_sorts_by_its_bytes_in_every_column(self, records: Records) -> None:
        """The cluster of the tests sorts `a` before `B`, as most servers do."""
        assert asked(records, "SELECT 'a' < 'B'") == "True"
        others = asked(
            records,
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' "
            "AND data_type IN ('text', 'character varying') "
            "AND collation_name IS DISTINCT FROM 'C'",
        )
        assert others == "0"

    def test_knowledge_bases_are_listed_in_the_order_of_bytes(self, records: Records) -> None:
        names = ["a-b", "a.c", "a_a", "aa", "a0"]
        for name in names:
            seed_knowledge_base(records, name)
        with records.read() as connection:
            page = knowledge_bases.page(connection, ANA, cursor=None, limit=9)
        assert [item.name for item in page.items] == sorted(names)

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE audit_entries",
            OVERWRITE,
            "SET LOCAL session_replication_role = replica; DELETE FROM audit_entries",
        ],
    )
    def test_audit_entries_are_never_changed(self, records: Records, statement: str) -> None:
        with records.change(ANA, action("x.y", "a")):
            pass

        def attempt() -> None:
            with records.housekeeping() as connection:
                for part in statement.split("; "):
                    connection.execute(text(part))

        with pytest.raises(DBAPIError, match="append-only"):
            attempt()
        with records.read() as connection:
            assert audit_log.verify(connection, ANA).entries == 1

    def test_an_empty_database_is_brought_to_head_and_described(self, postgres: Postgres) -> None:
        name = postgres.create()
        settings = postgres.settings(name)
        assert "next start brings" in describe(settings, noon_clock())
        open_postgres(postgres.url(name), noon_clock(), settings).close()
        assert describe(settings, noon_clock()).endswith("schema at head")
        postgres.drop(name)

    def test_a_database_of_another_encoding_is_refused(self, postgres: Postgres) -> None:
        postgres.administer(
            "CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 "
            "LOCALE_PROVIDER libc LOCALE 'C'"
        )
        with pytest.raises(ConfigurationError, match="LATIN1"):
            own(postgres, "latin")
        postgres.drop("latin")


class TestOwner:
    def test_a_second_owner_is_refused_and_told_who_holds_the_database(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        with pytest.raises(OwnerLocked, match="'pytest', process"):
            own(postgres, database)
        assert seed_knowledge_base(records).name == "bank"

    def test_a_closed_owner_lets_the_next_one_in(self, postgres: Postgres, database: str) -> None:
        for _ in range(2):
            own(postgres, database).close()

    def test_owners_of_two_databases_do_not_meet(
        self, postgres: Postgres, records: Records
    ) -> None:
        other = postgres.migrated()
        own(postgres, other).close()
        postgres.drop(other)
        records.check_owner()

    def test_a_command_beside_the_owner_may_write_an_entry(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        other = beside(postgres, database)
        with other.change(ANA, action("token.create", "x")):
            pass
        other.close()
        with records.read() as connection:
            assert audit_log.verify(connection, ANA).entries == 1

    def test_an_owner_whose_connections_broke_goes_on(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        end_sessions(postgres, database)
        assert seed_knowledge_base(records).name == "bank"
        with pytest.raises(OwnerLocked):
            own(postgres, database)

    def test_a_change_whose_connection_breaks_is_not_made(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        def attempt() -> None:
            with records.change(ANA, action("x.y", "a")) as connection:
                connection.execute(text("DELETE FROM ownership"))
                end_sessions(postgres, database)

        with pytest.raises(Unavailable):
            attempt()
        assert asked(records, "SELECT count(*) FROM ownership") == "1"
        with records.change(ANA, action("x.y", "b")):
            pass
        with pytest.raises(OwnerLocked):  # the session that came back has the lock again
            own(postgres, database)
        with records.read() as connection:
            assert audit_log.verify(connection, ANA).entries == 1

    def test_an_owner_that_was_replaced_while_cut_off_makes_no_change(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        end_sessions(postgres, database)
        successor = own(postgres, database)
        with pytest.raises(Unavailable, match="taken over"):
            seed_knowledge_base(records)
        with pytest.raises(Unavailable, match="taken over"):
            records.check_owner()
        assert seed_knowledge_base(successor).name == "bank"
        successor.close()
        with pytest.raises(Unavailable, match="taken over by another owner meanwhile"):
            seed_knowledge_base(records, "other")

    def test_asking_about_the_lock_does_not_wait_for_a_change(self, records: Records) -> None:
        with records.housekeeping():
            records.check_owner()


@pytest.fixture(scope="module")
def mortal() -> Iterator[Postgres]:
    """A cluster that a test may stop."""
    with running_postgres() as cluster:
        yield cluster


class TestOutage:
    def test_a_server_that_is_not_there_is_unavailable_and_nothing_of_its_url_is_said(self) -> None:
        url = f"postgresql://ana:{SECRET}@127.0.0.1:1/bank"
        with pytest.raises(Unavailable) as refused:
            open_postgres(SecretStr(url), noon_clock(), RecordsSettings(connect_timeout=2))
        assert "cannot be reached" in refused.value.detail
        assert SECRET not in repr(refused.getrepr(style="long"))
        assert "127.0.0.1" not in refused.value.detail

    def test_a_database_that_is_not_there_is_a_mistake_in_the_settings(
        self, postgres: Postgres
    ) -> None:
        with pytest.raises(ConfigurationError, match="no such database"):
            beside(postgres, "nowhere")

    def test_records_are_back_when_their_server_is(self, mortal: Postgres) -> None:
        name = mortal.migrated()
        records = own(mortal, name)
        seed_knowledge_base(records)
        mortal.stop()
        with pytest.raises(Unavailable, match=r"cannot be reached|shutting down"):
            asked(records, "SELECT 1")
        with pytest.raises(Unavailable, match=r"cannot be reached|shutting down"):
            seed_knowledge_base(records, "other")
        mortal.start()
        assert asked(records, "SELECT count(*) FROM knowledge_bases") == "1"
        assert seed_knowledge_base(records, "other").name == "other"
        records.check_owner()
        records.close()

    def test_a_read_that_was_open_when_connections_broke_is_unavailable(
        self, postgres: Postgres, database: str, records: Records
    ) -> None:
        started = threading.Event()
        found: list[BaseException] = []

        def read() -> None:
            with records.read() as connection:
                connection.execute(text("SELECT 1"))
                started.set()
                connection.execute(text("SELECT pg_sleep(30)"))

        def run() -> None:
            try:
                read()
            except Unavailable as error:
                found.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        assert started.wait(10)
        time.sleep(0.1)
        end_sessions(postgres, database)
        thread.join(timeout=10)
        assert len(found) == 1
