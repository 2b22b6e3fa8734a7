"""A server on a loopback port that answers what a test tells it: failures, mostly.

It is no engine: it knows nothing of what it is asked, and writes down every request.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer: status and body, after ``delay`` seconds; or none at all, if it ``hangs up``."""

    status: int = 200
    body: Any = None
    delay: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs_up: bool = False


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


Answering = Callable[[Request], Reply]


class StubServer:
    """Answers with ``answer`` and remembers what it was asked."""

    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def asked(self, path: str) -> list[Request]:
        """Return the requests whose path ends so, without what follows a question mark."""
        return [r for r in self.requests if r.path.partition("?")[0].endswith(path)]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def stub_server(answer: Answering) -> Iterator[StubServer]:
    """Run a stub server for a while."""
    server = StubServer(answer)
    try:
        yield server
    finally:
        server.close()


def closed_url() -> str:
    """Return an address on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def _handler(stub: StubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.loads(raw) if raw else None
            request = Request(self.command, self.path, dict(self.headers), body)
            stub.requests.append(request)
            reply = stub.answer(request)
            if reply.delay and stub.closing.wait(reply.delay):
                return
            if reply.hangs_up:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._send(reply)

        do_PUT = do_POST = do_DELETE = do_PATCH = do_GET  # noqa: N815

        def _send(self, reply: Reply) -> None:
            text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(text.encode())), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
