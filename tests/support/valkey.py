"""A Valkey on a loopback port, with a password, from the binary that the product carries."""

import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr
from redis import Redis

from catalystindex.stores.queue.valkey_child import end, spawn
from catalystindex.stores.queue.valkey_files import find_binary

PATIENCE = 10.0

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
dir "{folder}"
"""


class TcpValkey:
    """Holds nothing on disk: what is killed comes back empty. It dies with this thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port = free_port()
        self.password = secrets.token_hex(16)
        self._process = self._start()

    @property
    def url(self) -> SecretStr:
        return SecretStr(f"redis://:{self.password}@127.0.0.1:{self.port}/0")

    def client(self) -> Redis:
        return Redis(port=self.port, password=self.password)

    def start(self) -> None:
        """Start it again, empty, on the same port."""
        self._process = self._start()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        end(self._process)

    def _start(self) -> "subprocess.Popen[bytes]":
        config, log = self._folder / "tcp.conf", self._folder / "tcp.log"
        values = {"port": self.port, "password": self.password, "folder": self._folder}
        config.write_text(CONFIGURATION.format(**values))
        process = spawn(find_binary(), config, log)
        until(lambda: listens(self.port), f"Valkey does not start: see {log}")
        return process


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], bool], complaint: str, patience: float = PATIENCE) -> float:
    """Wait for it, and return how long that took, seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, complaint
        time.sleep(0.01)
    return time.monotonic() - began
