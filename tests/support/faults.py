"""Faults that a server of a test has on purpose: by path and attempt, the same for the same seed.

A `Plan` decides; `FaultyHandler` carries it out, in front of whatever a server answers.
"""

import hashlib
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

Kind = Literal["status", "reset", "truncate", "slow", "stall", "not_http"]


@dataclass(frozen=True)
class Fault:
    """One misbehaviour.

    ``status`` answers with an error; ``reset`` breaks the connection; ``truncate`` sends half of
    the body under its full length; ``slow`` drips the body over ``seconds``; ``stall`` says nothing
    for ``seconds``, then answers; ``not_http`` answers nonsense.
    """

    kind: Kind
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.2


RATE_LIMITED = Fault("status", 429, {"Retry-After": "1"})
BROKEN = Fault("status", 500)
RESET = Fault("reset")
TRUNCATED = Fault("truncate")
SLOW = Fault("slow")
EVERY_KIND = (RATE_LIMITED, BROKEN, RESET, TRUNCATED, SLOW)

Plan = Callable[[str, int], Fault | None]
"""Path (without query) and number of the attempt on it, from 1, to what goes wrong."""


def no_faults(path: str, attempt: int) -> Fault | None:
    """Let everything through."""
    del path, attempt
    return None


def always(fault: Fault) -> Plan:
    """Let nothing through."""

    def plan(path: str, attempt: int) -> Fault | None:
        del path, attempt
        return fault

    return plan


def scripted(faults: Mapping[str, Sequence[Fault | None]]) -> Plan:
    """Follow a script: the faults of the first attempts on each path; then all is well."""

    def plan(path: str, attempt: int) -> Fault | None:
        script = faults.get(path, ())
        return script[attempt - 1] if attempt <= len(script) else None

    return plan


def seeded(seed: int, share: float, kinds: Sequence[Fault] = EVERY_KIND, most: int = 2) -> Plan:
    """Fail a share of attempts, whatever the order of requests.

    At most the first ``most`` attempts on a path fail, so that patience always gets there.
    """

    def plan(path: str, attempt: int) -> Fault | None:
        if attempt > most:
            return None
        digest = hashlib.blake2b(f"{seed}|{path}|{attempt}".encode(), digest_size=8).digest()
        draw, choice = struct.unpack(">II", digest)
        return kinds[choice % len(kinds)] if draw / 2**32 < share else None

    return plan


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answered:
    """One answer; ``Content-Length`` is added unless a header says otherwise."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class FaultyServer:
    """Serves ``respond`` on a loopback port, behind a plan of faults; remembers requests."""

    def __init__(
        self,
        plan: Plan = no_faults,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.plan = plan
        self.requests: list[Asked] = []
        self.faults: Counter[str] = Counter()
        self.closing = threading.Event()
        self._attempts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(self, host, port)
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{self._server.server_address[0]!s}:{self.port}"

    def respond(self, asked: Asked) -> Answered:
        """Answer a request that nothing goes wrong with."""
        raise NotImplementedError

    def attempts(self, path: str) -> int:
        """Return how often a path was asked for."""
        with self._lock:
            return self._attempts[path]

    def draw(self, asked: Asked) -> Fault | None:
        """Note a request and return what goes wrong with it."""
        with self._lock:
            self.requests.append(asked)
            self._attempts[asked.path] += 1
            fault = self.plan(asked.path, self._attempts[asked.path])
            if fault is not None:
                self.faults[fault.kind] += 1
            return fault

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: FaultyServer, host: str, port: int) -> None:
        self.owner = owner
        super().__init__((host, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, path, query, dict(self.headers), body)
        fault = self.server.owner.draw(asked)
        if fault is None:
            self._send(self.server.owner.respond(asked))
        else:
            self._misbehave(fault, asked)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def _misbehave(self, fault: Fault, asked: Asked) -> None:
        if fault.kind == "status":
            self._send(Answered(fault.status, b"fault", fault.headers))
        elif fault.kind == "stall":
            self.server.owner.closing.wait(fault.seconds)
            self._send(self.server.owner.respond(asked))
        elif fault.kind == "reset":
            self._break()
        elif fault.kind == "not_http":
            self.wfile.write(b"\x16\x03 this is no HTTP\r\n\r\n")
            self._end()
        else:
            self._send(self.server.owner.respond(asked), fault)

    def _send(self, answer: Answered, fault: Fault | None = None) -> None:
        self.send_response(answer.status)
        given = {name.lower() for name in answer.headers}
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not given & {"content-length", "transfer-encoding"}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if fault is None:
            self.wfile.write(answer.body)
        elif fault.kind == "truncate":
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self._end()
        else:
            self._drip(answer.body, fault.seconds)

    def _drip(self, body: bytes, seconds: float) -> None:
        steps = max(1, min(10, len(body)))
        size = -(-len(body) // steps)
        for start in range(0, len(body), size or 1):
            if self.server.owner.closing.wait(seconds / steps):
                return
            self.wfile.write(body[start : start + size])
            self.wfile.flush()

    def _break(self) -> None:
        """Send a reset: closing with data unsent and no lingering."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True

    def _end(self) -> None:
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return true()
