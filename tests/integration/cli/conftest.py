"""Real commands in real processes.

`alone` is a data folder that nobody serves: each command on it becomes the owner while it runs.
`served` is one that a `catalystctl serve` holds: the same commands on it become HTTP clients. A
test that takes `folder` runs on both.
"""

import itertools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.server import ServerProcess, catalystctl, environment, serving

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Folder:
    """A data folder and the place commands are run from."""

    data: Path
    cwd: Path

    def run(
        self, *arguments: str | Path, expect: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        env = environment(self.data, **variables)
        return catalystctl(*arguments, env=env, cwd=self.cwd, expect=expect)

    def json(self, *arguments: str | Path, **variables: str) -> Any:  # noqa: ANN401  # JSON
        """Run a command with ``--json`` and return what it printed."""
        import json

        return json.loads(self.run(*arguments, "--json", **variables).stdout)

    def error(self, *arguments: str | Path, expect: int, **variables: str) -> dict[str, Any]:
        """Run a command that fails with ``--json`` and return the error it printed."""
        import json

        done = self.run(*arguments, "--json", expect=expect, **variables)
        assert done.stdout == ""
        error: dict[str, Any] = json.loads(done.stderr)["error"]
        return error


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    root = tmp_path_factory.mktemp("alone")
    return Folder(root / "data", root)


@dataclass(frozen=True)
class Served(Folder):
    """A data folder with its server."""

    server: ServerProcess


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
