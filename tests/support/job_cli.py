"""The command line as a client of the stand-in that speaks the contract of jobs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from catalystindex.cli.main import app
from support.job_server import JobServer, job_server


@dataclass(frozen=True)
class JobCli:
    """Runs commands against a server of its own."""

    server: JobServer
    folder: Path

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "CATALYST_CLIENT__URL": self.server.url,
            "CATALYST_CLIENT__TOKEN": "token",
            "CATALYST_DATA_DIR": str(self.folder / "data"),
        }

    def run(self, *arguments: str | Path, expect: int = 0) -> Result:
        """Run a command and check its exit code."""
        result = CliRunner().invoke(app, [*map(str, arguments)], env=dict(self.env))
        assert result.exit_code == expect, f"{result.output}\n{result.exception!r}"
        return result


@contextmanager
def job_cli(folder: Path) -> Iterator[JobCli]:
    """Run a server for a while."""
    with job_server() as server:
        yield JobCli(server, folder)
