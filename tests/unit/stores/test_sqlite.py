"""What holds for the records in a SQLite file alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text

from catalystindex.audit.chain import action
from catalystindex.model.errors import Unavailable
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.stores.records.schema import metadata
from catalystindex.stores.records.sqlite import FILE_NAME
from support.records import indexes_of
from support.stores import ANA, noon_clock, seed_knowledge_base


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_sqlite(tmp_path / "records", noon_clock(), busy_timeout=0.2)
    yield opened
    opened.close()


def test_the_migrations_and_the_schema_say_the_same_to_sqlite(
    records: Records, tmp_path: Path
) -> None:
    """Keys, foreign keys and indexes, which Alembic's comparison partly leaves out."""
    engine = create_engine(f"sqlite:///{tmp_path / 'plain.sqlite'}")
    metadata.create_all(engine)
    with records.read() as migrated, engine.connect() as made:
        left, right = inspect(migrated), inspect(made)
        for table in metadata.tables:
            assert (
                left.get_pk_constraint(table)["constrained_columns"]
                == (right.get_pk_constraint(table)["constrained_columns"])
            )
            assert [
                (key["constrained_columns"], key["referred_table"], key["options"])
                for key in left.get_foreign_keys(table)
            ] == [
                (key["constrained_columns"], key["referred_table"], key["options"])
                for key in right.get_foreign_keys(table)
            ]
            assert indexes_of(left, table) == indexes_of(right, table)
            assert left.get_table_options(table) == right.get_table_options(table)
    engine.dispose()


@pytest.mark.parametrize("name", ["with space", "ümlaut", "100%", "what?x=1", "a#b", "a&b=c"])
def test_the_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    opened = open_sqlite(tmp_path / name, noon_clock(), busy_timeout=5)
    opened.close()
    assert (tmp_path / name / FILE_NAME).is_file()


def test_the_database_is_safe_and_forgets_what_is_deleted(records: Records) -> None:
    with records.read() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert found == ["wal", 2, 1, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 2",
        "UPDATE OR REPLACE audit_entries SET sequence = 1 WHERE sequence = 2",
    ],
)
def test_replacing_an_audit_entry_is_refused_like_changing_it(
    records: Records, statement: str
) -> None:
    for number in range(2):
        with records.change(ANA, action("x.y", f"a{number}")):
            pass

    def rows() -> list[object]:
        with records.read() as connection:
            return list(connection.execute(select(metadata.tables["audit_entries"])))

    before = rows()
    with pytest.raises(Exception, match="append-only"), records.housekeeping() as connection:
        connection.execute(text(statement))
    assert rows() == before


def test_a_file_that_another_process_keeps_locked_is_unavailable_and_free_again_later(
    records: Records, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "records" / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked by another process"):
        seed_knowledge_base(records)
    other.execute("ROLLBACK")
    other.close()
    assert seed_knowledge_base(records).name == "bank"
