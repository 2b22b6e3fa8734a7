"""Records on either engine, for tests that hold for both."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, Inspector, create_engine

from catalystindex.config.sections import RecordsSettings
from catalystindex.model.clock import Clock
from catalystindex.stores.records.engine import Records, open_postgres, open_sqlite
from catalystindex.stores.records.sqlite import FILE_NAME
from support.postgres import Postgres
from support.stores import noon_clock

ENGINES = ("sqlite", "postgresql")


class Home(ABC):
    """A place for records."""

    engine: str

    @abstractmethod
    def open(self, clock: Clock | None = None, busy_timeout: float = 20) -> Records:
        """Open what is there, migrated."""

    @abstractmethod
    def thief(self) -> Engine:
        """A connection past the product: what an operator with the password could do."""


class SqliteHome(Home):
    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, clock: Clock | None = None, busy_timeout: float = 20) -> Records:
        return open_sqlite(self.folder, clock or noon_clock(), busy_timeout)

    def thief(self) -> Engine:
        return create_engine(f"sqlite:///{self.folder / FILE_NAME}")


class PostgresHome(Home):
    engine = "postgresql"

    def __init__(self, cluster: Postgres, database: str) -> None:
        self.cluster, self.database = cluster, database

    def open(self, clock: Clock | None = None, busy_timeout: float = 20) -> Records:
        settings = RecordsSettings(busy_timeout=busy_timeout)
        return open_postgres(self.cluster.url(self.database), clock or noon_clock(), settings)

    def thief(self) -> Engine:
        url = self.cluster.url(self.database).get_secret_value()
        return create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


@contextmanager
def home_of(request: pytest.FixtureRequest, folder: Path) -> Iterator[Home]:
    """Give a place of the engine that the fixture's parameter names, and remove it."""
    if request.param == "sqlite":
        yield SqliteHome(folder)
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    database = cluster.migrated()
    try:
        yield PostgresHome(cluster, database)
    finally:
        cluster.drop(database)


def indexes_of(found: Inspector, table: str) -> list[dict[str, str]]:
    """Return what an engine says of a table's indexes, conditions in its own words."""
    return [
        {key: str(value) for key, value in one.items() if key != "dialect_options"}
        | {key: str(value) for key, value in one.get("dialect_options", {}).items()}
        for one in found.get_indexes(table)
    ]
