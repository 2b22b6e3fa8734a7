"""Every command and every option says what it is for."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from catalystindex import __version__
from catalystindex.cli.main import app

runner = CliRunner()

COMMANDS = {
    "audit list", "audit verify", "config check", "config show", "demo", "docs chunks",
    "dead-letters list", "dead-letters retry", "dead-letters show", "jobs cancel",
    "jobs documents", "jobs list", "jobs retry", "jobs show", "jobs watch", "workers",
    "docs delete", "docs list", "docs raw", "docs show", "docs text", "doctor", "ingest",
    "kb create", "kb delete", "kb list", "kb show", "search", "serve", "token create",
}  # fmt: skip


def commands(below: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command, by what a person types."""
    for name, command in sorted(below.items()):
        yield " ".join((*path, name)), command
        yield from commands(getattr(command, "commands", {}), (*path, name))


ALL = dict(commands({"": get_command(app)}))
ALL = {name.strip(): command for name, command in ALL.items() if name}


def test_the_commands_are_these() -> None:
    assert set(ALL) >= COMMANDS


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_help(name: str) -> None:
    assert len(ALL[name].help or "") > 10
    shown = runner.invoke(app, [*name.split(), "--help"])
    assert shown.exit_code == 0
    assert name.split()[-1] in shown.output


@pytest.mark.parametrize("name", ALL)
def test_every_option_and_argument_has_help(name: str) -> None:
    silent = [
        parameter.name
        for parameter in ALL[name].params
        if parameter.name != "help" and not getattr(parameter, "help", None)
    ]
    assert silent == []


def test_every_option_of_the_root_has_help() -> None:
    silent = [p.name for p in get_command(app).params if not getattr(p, "help", None)]
    assert silent == []


def test_every_command_that_prints_data_can_print_json() -> None:
    plain = {"docs text", "docs raw", "events schema", "serve", "worker"}
    groups = {name for name in ALL if getattr(ALL[name], "commands", None)}
    lacking = {
        name
        for name in set(ALL) - groups - plain
        if not any("--json" in parameter.opts for parameter in ALL[name].params)
    }
    assert lacking == set()


def test_help_comes_without_arguments() -> None:
    for arguments in ([], ["kb"], ["docs"], ["token"], ["audit"], ["config"]):
        assert "Usage" in runner.invoke(app, arguments).output


def test_the_version_is_shown() -> None:
    shown = runner.invoke(app, ["--version"])
    assert (shown.exit_code, shown.output.strip()) == (0, f"catalystctl {__version__}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["kb", "nonsense"],
        ["kb", "create"],
        ["search"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--limit", "101"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--nonsense"],
        ["ingest", "--kb", "bank"],
        ["ingest", "/no/such/file", "--kb", "bank"],
        ["docs", "list", "--status", "lost"],
        ["jobs", "list", "--state", "lost"],
        ["jobs", "list", "--limit", "0"],
        ["jobs", "watch"],
        ["ingest", "--kb", "bank", "--url", "https://example.com/", "--sync"],
        ["docs", "delete"],
        ["docs", "raw", "x"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
        ["token", "create"],
        ["token", "create", "--user", "ana", "--hours", "0"],
        ["token", "create", "--user", "ana", "--hours", "nan"],
        ["audit", "list", "--limit", "0"],
        ["demo", "--samples", "/no/such/folder"],
    ],
)
def test_a_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    assert runner.invoke(app, arguments).exit_code == 2
