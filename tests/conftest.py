"""Servers that several folders of tests use, each started when the first test asks for it.

Logs have all levels in every test, whatever one before it set up, and go where those of the product
go: a thread that another test left behind writes into no command's output.
"""

import io
import sys
from collections.abc import Iterator

import pytest
import structlog

from support.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as cluster:
        yield cluster


class ErrorOfTheTest(io.StringIO):
    """Standard error of the test that runs; between tests, when it is the terminal, nobody's."""

    def write(self, text: str) -> int:
        return 0 if sys.stderr is sys.__stderr__ else sys.stderr.write(text)

    def flush(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    structlog.reset_defaults()
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(ErrorOfTheTest()))
