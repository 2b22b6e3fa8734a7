"""One HTTP request on a connection of its own: checked where it connects, bounded in time.

Every request resolves, checks and connects in one step (`connect_tcp`), so an answer of DNS that
changes between check and use has nothing to change. TLS and the `Host` header still speak of the
name. No proxy is used, whatever the environment says.
"""

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Control
from catalystindex.documents.acquire.guard import Guard
from catalystindex.documents.acquire.words import shown_url
from catalystindex.model.errors import SourceTooSlow, SourceUnavailable

LOOK = 0.5
"""Seconds of silence after which `Control` is asked again."""


class Deadline:
    """The moment by which a document is to be here, and who may call it off before."""

    def __init__(self, seconds: float, control: Control) -> None:
        self._end = time.monotonic() + seconds
        self._control = control

    def left(self) -> float:
        """Return the seconds that are left; never more than zero once it has passed."""
        return self._end - time.monotonic()

    def check(self) -> None:
        """Raise what `Control.check` raises."""
        self._control.check()


@dataclass(frozen=True)
class Answer:
    """Status and headers, and the body as it comes over the wire."""

    status: int
    headers: httpx.Headers
    chunks: Iterable[bytes]


class Wire:
    """Sends requests. ``guard`` is None for servers that the settings name."""

    def __init__(self, settings: AcquisitionSettings, guard: Guard | None) -> None:
        self._settings = settings
        self._guard = guard
        self._tls = ssl.create_default_context()

    def deadline(self, control: Control) -> Deadline:
        """Start the time that one document may take."""
        return Deadline(self._settings.total_timeout, control)

    @contextmanager
    def send(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        deadline: Deadline,
        body: bytes | None = None,
        silence: float | None = None,
    ) -> Iterator[Answer]:
        """Send a request and give its answer; ``silence`` is `read_timeout` unless given.

        Raises `SourceRefused` where the guard does, `SourceTooSlow`, `SourceUnavailable`: also
        from reading the body inside the block.
        """
        backend = _Backend(self._guard, deadline)
        fields = {"Host": url.netloc.decode("ascii"), "Connection": "close", **headers}
        silence = self._settings.read_timeout if silence is None else silence
        waits = {"connect": self._settings.connect_timeout, "read": silence, "write": silence}
        with (
            _as_source_errors(url),
            httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
            pool.stream(
                method,
                _core_url(url),
                headers=list(fields.items()),
                content=body,
                extensions={"timeout": waits},
            ) as response,
        ):
            yield Answer(
                response.status,
                httpx.Headers(response.headers),
                response.iter_stream(),
            )


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@contextmanager
def _as_source_errors(url: httpx.URL) -> Iterator[None]:
    shown = shown_url(url)
    try:
        yield
    except httpcore.TimeoutException as error:
        raise SourceTooSlow(
            f"{shown} did not answer in time: try again, or raise `acquisition.read_timeout` or "
            "`acquisition.total_timeout`.",
            url=shown,
        ) from error
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            raise SourceUnavailable(
                f"No secure connection to {shown} could be made: its certificate does not verify, "
                "or it speaks no TLS that is accepted.",
                url=shown,
            ) from error
        raise SourceUnavailable(f"{shown} cannot be reached.", url=shown) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise SourceUnavailable(
            f"{shown} broke off before it had sent everything, or did not speak HTTP.", url=shown
        ) from error


class _Backend(httpcore.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, guard: Guard | None, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._deadline.check()
        places = [host]
        if self._guard is not None:
            places = [str(one) for one in self._guard.addresses(host, port)]
        left = self._deadline.left()
        end = time.monotonic() + min(timeout or left, left)
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for place in places:
            left = end - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout("no address answered in time") from failure
            try:
                stream = self._system.connect_tcp(
                    place, port, left, local_address, socket_options or ()
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure or httpcore.ConnectError("the host has no address")

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no sources on unix sockets")


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end with the deadline, or when `Control` says so."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent_until = time.monotonic() + (timeout or self._deadline.left())
        while True:
            self._deadline.check()
            left = min(silent_until - time.monotonic(), self._deadline.left())
            if left <= 0:
                raise httpcore.ReadTimeout("nothing came in time")
            try:
                return self._stream.read(max_bytes, min(left, LOOK))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._deadline.check()
        left = self._deadline.left()
        if left <= 0:
            raise httpcore.WriteTimeout("the time was up")
        self._stream.write(buffer, min(timeout or left, left))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = max(self._deadline.left(), 0.001)
        stream = self._stream.start_tls(ssl_context, server_hostname, min(timeout or left, left))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
