"""A real `catalystctl serve` in a process of its own, which a test may kill."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from catalystindex.config.sections import SecuritySettings
from catalystindex.model.clock import SystemClock
from catalystindex.sdk import Client
from catalystindex.security.keys import KEY_FILE, load_or_create_key
from catalystindex.security.scopes import ALL_SCOPES
from catalystindex.security.tenants import make_tenant
from catalystindex.security.tokens import TokenIssuer

START_TIMEOUT = 30.0
CLI = (sys.executable, "-m", "catalystindex.cli.main")


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a command on a data folder, free of the caller's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CATALYST_")}
    return own | {"CATALYST_DATA_DIR": str(data), "CATALYST_SERVER__PORT": "0"} | settings


class Server:
    """A server on a data folder."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self._log = (data.parent / f"{data.name}.log").open("ab")
        self.process = subprocess.Popen(
            [*CLI, "serve"],
            env=environment(data, **settings),
            stdout=self._log,
            stderr=self._log,
        )
        self.url = self._wait_for_url()

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + START_TIMEOUT
        lock = self.data / "owner.lock"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended: {self.log()[-2000:]}")
            info = _decoded(lock)
            if info.get("pid") == self.process.pid and info.get("url"):
                return str(info["url"])
            time.sleep(0.02)
        raise AssertionError(f"serve did not come up: {self.log()[-2000:]}")

    def client(self, user: str = "ana", timeout: float = 60.0) -> Client:
        """A client with every scope in the workspace acme/aml."""
        key = load_or_create_key(self.data / KEY_FILE)
        issuer = TokenIssuer(key, SecuritySettings(), SystemClock())
        token = issuer.issue(make_tenant("acme", "aml", user), ALL_SCOPES).token
        return Client(self.url, token, timeout=timeout)

    def children(self) -> list[int]:
        """Process ids of the server's children."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        tasks = path.parent.parent.glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def kill(self) -> None:
        """SIGKILL, and nothing else."""
        self.process.kill()
        self.process.wait()
        self._log.close()

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self._log.close()
        return code

    def log(self) -> str:
        """What it wrote so far."""
        return Path(self._log.name).read_text("utf-8", "replace")


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _decoded(path: Path) -> dict[str, object]:
    try:
        info: dict[str, object] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return info
