"""S3 on a loopback port: moto behind a proxy that has faults on demand.

moto keeps one world for the whole process: buckets of different servers must have different names.
"""

import http.client
import logging
from collections.abc import Mapping
from urllib.parse import quote
from xml.sax.saxutils import escape

from moto.server import ThreadedMotoServer

from support.faults import Answered, Asked, FaultyServer, Plan, no_faults

HOP_HEADERS = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test-id/20260301/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
"""moto wants a signature and does not verify it."""


class S3Server(FaultyServer):
    """Serves buckets over the S3 protocol; faults are by path, as in ``/bucket/key``."""

    def __init__(self, plan: Plan = no_faults) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._moto.start()
        self._host, self._port = self._moto.get_host_and_port()
        self.instead: dict[str, Answered] = {}
        """Answers that are given as they are, by path."""
        super().__init__(plan)

    def make_bucket(self, name: str, objects: Mapping[str, bytes] | None = None) -> None:
        """Make a bucket with objects, without passing by the faults."""
        self._direct("PUT", f"/{name}")
        for key, data in (objects or {}).items():
            self.put(name, key, data)

    def put(self, bucket: str, key: str, data: bytes, media_type: str = "") -> None:
        """Store an object, without passing by the faults."""
        headers = {"Content-Type": media_type} if media_type else {}
        self._direct("PUT", f"/{bucket}/{quote(key)}", data, headers)

    def _direct(
        self, method: str, path: str, data: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        signed = {"Authorization": SIGNED, **(headers or {})}
        answer = self._forward(Asked(method, path, "", signed, data))
        if answer.status // 100 != 2:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")

    def put_as_written(self, bucket: str, key: str, data: bytes) -> None:
        """Store an object under a key whose dots and double slashes are kept."""
        self._direct("PUT", f"/{bucket}/{key}", data)

    def respond(self, asked: Asked) -> Answered:
        return self.instead.get(asked.path) or self._forward(asked)

    def _forward(self, asked: Asked) -> Answered:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=10)
        try:
            target = f"{asked.path}?{asked.query}" if asked.query else asked.path
            kept = {
                name: value
                for name, value in asked.headers.items()
                if name.lower() not in HOP_HEADERS | {"host", "expect"}
            }
            connection.request(asked.method, target, asked.body or None, kept)
            response = connection.getresponse()
            body = response.read()
            headers = {
                name: value
                for name, value in response.getheaders()
                if name.lower() not in HOP_HEADERS | {"server", "date"}
            }
            if asked.method == "HEAD":
                headers["Content-Length"] = response.headers.get("Content-Length", "0")
            return Answered(response.status, body, headers)
        finally:
            connection.close()

    def close(self) -> None:
        super().close()
        self._moto.stop()


def s3_error(code: str) -> bytes:
    """Return the body of an S3 error."""
    return f"<Error><Code>{escape(code)}</Code><Message>no</Message></Error>".encode()
