"""The note that kernels are being compiled."""

import typer
from numba import njit
from typer.testing import CliRunner

from catalystindex.cli.compiling import NOTE, note_compilation

app = typer.Typer()


@app.command()
def work(context: typer.Context, times: int) -> None:
    """Compile so many functions."""
    note_compilation(context)
    for number in range(times):
        assert njit(lambda n, number=number: n + number)(1) == 1 + number


def test_compilation_is_noted_once_beside_the_answer() -> None:
    result = CliRunner().invoke(app, ["2"])
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [NOTE]
    assert result.stdout == ""


def test_without_compilation_nothing_is_noted_and_none_after_the_command() -> None:
    result = CliRunner().invoke(app, ["0"])
    assert njit(lambda n: n)(1) == 1
    assert result.output == ""
