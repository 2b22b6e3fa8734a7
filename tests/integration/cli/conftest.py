"""Real commands in real processes.

`alone` is a data folder that nobody serves: each command on it becomes the owner while it runs.
`served` is one that a `catalystctl serve` holds: the same commands on it become HTTP clients. A
test that takes `folder` runs on both.
"""

import itertools
from collections.abc import Iterator

import pytest

from support.server import Folder, Served, serving

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    root = tmp_path_factory.mktemp("alone")
    return Folder(root / "data", root)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("served")
    with serving(root / "data", root) as server:
        yield Served(root / "data", root, server)


@pytest.fixture(params=["alone", "served"])
def folder(request: pytest.FixtureRequest) -> Folder:
    found: Folder = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def kb() -> str:
    """A name for a knowledge base that no other test uses."""
    return f"kb-{next(_numbers)}"
