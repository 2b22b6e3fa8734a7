"""Servers that several folders of tests use, each started when the first test asks for it.

Logs are as they are by default in every test, whatever one before it set up: who reads them finds
all levels.
"""

from collections.abc import Iterator

import pytest
import structlog

from support.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    structlog.reset_defaults()
