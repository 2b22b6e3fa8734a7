"""One real server for all tests of the HTTP edge.

It listens on a Unix socket and is reached over HTTP with real tokens. Tests do not see each
other: every test gets a workspace of its own, so even listings of a whole workspace are its own.
"""

import itertools
from collections.abc import Callable, Iterator

import httpx
import pytest

from support.server import LiveServer, live_server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("api") / "data") as running:
        yield running


@pytest.fixture
def new_workspace() -> Callable[[], str]:
    """Names a workspace that nobody used."""
    return lambda: f"w{next(_numbers)}"


@pytest.fixture
def workspace(new_workspace: Callable[[], str]) -> str:
    return new_workspace()


@pytest.fixture
def ana(server: LiveServer, workspace: str) -> httpx.Client:
    """A caller with every scope in the test's own workspace."""
    return server.caller(workspace)


@pytest.fixture
def nobody(server: LiveServer) -> httpx.Client:
    """A caller without a token."""
    return server.http()
