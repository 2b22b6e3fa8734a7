"""A real PostgreSQL for tests: a cluster in a temporary folder, on a Unix socket, no TCP port.

The programs come from PATH or from where Debian puts them; `apt-get` installs them if there are
none and we may. PostgreSQL refuses to run as root, so root runs it as `nobody`. It dies with the
process that started it (`PR_SET_PDEATHSIG`), however that ends.
"""

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from pydantic import SecretStr

from catalystindex.config.sections import RecordsSettings
from catalystindex.stores.records.engine import open_postgres
from support.stores import noon_clock

PROGRAMS = "/usr/lib/postgresql"
UNPRIVILEGED = "nobody"
PATIENCE = 60.0
PR_SET_PDEATHSIG = 1
USER = "catalyst"
TEMPLATE = "migrated"
LOCALE_THAT_SORTS_OTHERWISE = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8")
"""As on most servers: what must sort by bytes has to ask for it."""

_numbers = itertools.count(1)
_libc = ctypes.CDLL(None)


class NoPostgres(Exception):
    """There is no PostgreSQL here, and none can be had."""


@cache
def programs() -> Path:
    """Return the folder of `initdb` and `postgres`, installing them where that is possible."""
    found = _installed()
    apt = shutil.which("apt-get")
    if found is None and os.geteuid() == 0 and apt is not None:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            subprocess.run(
                [apt, *arguments], check=False, capture_output=True, env=os.environ | quiet
            )
        found = _installed()
    if found is None:
        raise NoPostgres(
            "The tests need PostgreSQL: put initdb and postgres on the PATH, or install the "
            "package postgresql."
        )
    return found


def _installed() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path is not None and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    folders = sorted(Path(PROGRAMS).glob("*/bin"), key=lambda path: float(path.parent.name))
    return next((path for path in reversed(folders) if (path / "postgres").exists()), None)


class Postgres:
    """A running cluster. Its socket folder is short: the path of a socket has 107 characters."""

    def __init__(self, root: Path) -> None:
        self._root, self._data = root, root / "data"
        self._log = root / "log"
        self._owner = _unprivileged()
        if self._owner is not None:
            os.chown(root, self._owner, -1)
        self._run(
            "initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8",
            "--no-sync", *LOCALE_THAT_SORTS_OTHERWISE,
        )  # fmt: skip
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._root),
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": "120",
            "shared_buffers": "64MB",
        }
        command = [str(programs() / "postgres"), "-D", str(self._data)]
        command += [part for item in settings.items() for part in ("-c", "=".join(item))]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self._root,
                user=self._owner,
                preexec_fn=_die_with(os.getpid()),
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self.process

    def stop(self) -> None:
        """End it at once (`immediate` shutdown: connections break, nothing is finished)."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=PATIENCE)

    def url(self, database: str) -> SecretStr:
        return SecretStr(f"postgresql://{USER}@/{database}?host={self._root}")

    def settings(self, database: str, **others: float) -> RecordsSettings:
        return RecordsSettings(url=self.url(database), **others)

    def create(self, template: str | None = None) -> str:
        """Make a database and return its name."""
        name = f"test_{next(_numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def migrated(self) -> str:
        """Make a database that has the newest schema: a copy of one that was migrated."""
        if not self.ask("SELECT 1 FROM pg_database WHERE datname = %s", TEMPLATE):
            self.administer(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            open_postgres(self.url(TEMPLATE), noon_clock(), RecordsSettings()).close()
        return self.create(TEMPLATE)

    def drop(self, name: str) -> None:
        self.administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def administer(self, statement: str) -> None:
        with self._connection() as connection:
            connection.execute(statement.encode())

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self._connection() as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def _connection(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self._root), user=USER, dbname="postgres", autocommit=True)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(programs() / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._root,
            user=self._owner,
        )
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stderr[-2000:]}")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Give a cluster of its own in a temporary folder, removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="cidx-pg-"))
    try:
        cluster = Postgres(root)
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _unprivileged() -> int | None:
    return pwd.getpwnam(UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None


def _die_with(parent: int) -> Callable[[], None]:
    def arrange() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
