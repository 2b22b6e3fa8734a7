"""Which commands are loaded for what was typed."""

import subprocess
import sys

import pytest
import typer
from typer.main import get_command

from catalystindex.cli import main
from catalystindex.cli.families import FAMILIES, SINGLE, application


def names(*words: str) -> list[str]:
    command = get_command(application(main.root, words))
    return list(getattr(command, "commands"))  # noqa: B009  # the library vendors its type


def test_a_command_is_loaded_alone() -> None:
    assert names("--data-dir", "here", "detect", "--json") == ["detect"]
    assert names("docs", "list") == ["docs"]


@pytest.mark.parametrize("words", [(), ("--help",), ("detekt",), ("--data-dir", "here")])
def test_without_a_command_all_of_them_are(words: tuple[str, ...]) -> None:
    assert set(names(*words)) == {*FAMILIES, *SINGLE}


def test_a_value_that_is_called_like_a_command_does_not_hide_the_command() -> None:
    assert names("--data-dir", "search", "detect") == ["detect", "search"]


def test_the_application_has_all_commands_and_the_module_nothing_else() -> None:
    assert isinstance(main.app, typer.Typer)
    with pytest.raises(AttributeError, match="has no attribute 'apps'"):
        main.apps  # noqa: B018


def test_detection_loads_no_client() -> None:
    looked = (
        "import sys; from catalystindex.cli.families import application; "
        "from catalystindex.cli.main import root; application(root, ['detect']); "
        "print([name for name in ('httpx', 'numba', 'catalystindex.sdk') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", looked], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
