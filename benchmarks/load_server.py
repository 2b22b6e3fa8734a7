"""A real `catalystctl serve` on a copy of a prepared folder, and clients that ask it."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.load_folder import workspace
from catalystindex.config.sections import SecuritySettings
from catalystindex.model.clock import SystemClock
from catalystindex.owner.assembly import ARTIFACT_FOLDER
from catalystindex.security.keys import KEY_FILE, load_or_create_key
from catalystindex.security.scopes import ALL_SCOPES
from catalystindex.security.tokens import TokenIssuer

CLI = (sys.executable, "-m", "catalystindex.cli.main")
START_SECONDS = 300.0
STOP_SECONDS = 60.0
ANSWER_SECONDS = 300.0
IDLE_SECONDS = 2.0
"""The server closes a connection on which nothing came for five seconds."""
TOKEN_SECONDS = 6 * 3600.0

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Server:
    """A server that accepts requests."""

    data: Path
    address: tuple[str, int]

    def headers(self, name: str) -> Headers:
        """Return what a caller of a workspace sends with every request."""
        settings = SecuritySettings(token_ttl=TOKEN_SECONDS)
        issuer = TokenIssuer(load_or_create_key(self.data / KEY_FILE), settings, SystemClock())
        token = issuer.issue(workspace(name), ALL_SCOPES).token
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def connect(self, name: str) -> "Caller":
        """Return a caller of a workspace with a connection of its own, kept alive."""
        return Caller(self.address, self.headers(name))


class Caller:
    """One client: one connection, one request at a time."""

    def __init__(self, address: tuple[str, int], headers: Headers) -> None:
        self._connection = http.client.HTTPConnection(*address, timeout=ANSWER_SECONDS)
        self._connection.connect()
        self._headers, self._used = dict(headers), time.monotonic()

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        return self._request("POST", path, body)

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        return self._request("GET", path, None)

    def delete(self, path: str) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        return self._request("DELETE", path, None)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connection.close()  # it connects again by itself
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        found = answer.status, answer.read()
        self._used = time.monotonic()
        return found


def search_body(query: str) -> bytes:
    """Return a search request of ten hits, without debug."""
    return json.dumps({"query": query}).encode()


def copied(prepared: Path, target: Path) -> Path:
    """Copy a prepared folder; artifacts are linked, because nothing writes into one."""
    shutil.copytree(prepared, target, ignore=shutil.ignore_patterns(ARTIFACT_FOLDER))
    shutil.copytree(prepared / ARTIFACT_FOLDER, target / ARTIFACT_FOLDER, copy_function=os.link)
    return target


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Server]:
    """Run the server on a folder for as long as the block runs; its log stands beside it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CATALYST_")}
    variables = {"CATALYST_DATA_DIR": str(data), "CATALYST_SERVER__PORT": "0"} | settings
    log = data.with_suffix(".log")
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603  # our own program
            [*CLI, "serve"], env=own | variables, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    try:
        yield Server(data, _address(data, process, log))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(data: Path, process: "subprocess.Popen[bytes]", log: Path) -> tuple[str, int]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text('utf-8')[-2000:]}")
        url = _announced(data / "owner.lock", process.pid)
        if url is not None:
            parts = urlsplit(url)
            return str(parts.hostname), int(parts.port or 0)
        time.sleep(0.05)
    raise RuntimeError("the server did not start in time")


def _announced(lock: Path, pid: int) -> str | None:
    try:
        info = json.loads(lock.read_bytes())
    except (OSError, ValueError):
        return None
    return info.get("url") if info.get("pid") == pid else None
