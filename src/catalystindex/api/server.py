"""Serving: on TCP for everyone, or on a private socket for one command of the CLI."""

import gc
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from catalystindex.api.app import create_app
from catalystindex.config.settings import Settings
from catalystindex.model.errors import ConfigurationError, Unavailable
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.owner.lock import is_owned, read_owner, refusal
from catalystindex.telemetry.logs import logger

BACKLOG = 512
MAX_SOCKET_PATH = 108
"""Bytes of `sun_path` on Linux, the closing zero included."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logger(__name__)


def serve(settings: Settings, command: str) -> None:
    """Own the data folder and serve it on TCP until told to stop (SIGTERM or SIGINT).

    Raises `ConfigurationError` when the address is in use, and what `open_owner` raises.
    """
    with _listen(settings) as listener:
        owner = open_owner(settings, command, serves=True)
        try:
            url = settings.server.public_url or _url_of(listener)
            owner.lock.announce(_url_of(listener))
            log.info("server_started", url=url)
            server = _server(owner)
            gc.collect()
            gc.freeze()  # what was loaded stays: a fifth of the time of taking events in was its
            server.run(sockets=[listener])
        finally:
            owner.close()
            log.info("server_stopped")


@contextmanager
def private_server(settings: Settings, command: str) -> Iterator[tuple[Owner, Path]]:
    """Own the data folder and serve it on a Unix socket that only this user can reach.

    Gives the owner and the socket. One code path serves the CLI with and without a server.
    """
    with tempfile.TemporaryDirectory(prefix="catalyst-", dir=_short_folder()) as folder:
        path = Path(folder) / "api.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(BACKLOG)
            owner = open_owner(settings, command)
            try:
                with _in_thread(_server(owner), listener):
                    yield owner, path
            finally:
                owner.close()


def _short_folder() -> str | None:
    """Return where a socket's path stays short enough for the kernel; None is the default."""
    longest = len(tempfile.gettempdir()) + len("/catalyst-xxxxxxxx/api.sock")
    return None if longest < MAX_SOCKET_PATH else "/tmp"  # noqa: S108  # a 0700 folder is made in it


@contextmanager
def _in_thread(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="private-server", daemon=True
    )
    thread.start()
    waited = threading.Event()
    while not server.started:
        if not thread.is_alive():
            raise Unavailable("The private server did not start.")
        waited.wait(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    """Ends on SIGTERM and SIGINT by returning, so that the owner closes its stores.

    The library's own way is to raise the signal again when it is done, which ends the process
    before anything else is closed.
    """

    def __init__(self, config: uvicorn.Config, stopping: threading.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell streams that have no end of their own to end, then do as the library does."""
        self._stopping.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals while serving; in the main thread only, where they arrive."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in STOP_SIGNALS}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def _server(owner: Owner) -> uvicorn.Server:
    grace = max(1, round(owner.settings.server.shutdown_grace))
    app = create_app(owner)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=grace,
    )
    return _Server(config, app.state.stopping)


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if is_owned(settings.data_dir):
            raise refusal(settings.data_dir, read_owner(settings.data_dir)) from error
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {error.strerror}.", key="server.port"
        ) from error
    with listener:
        # Accepted sockets inherit this. The event loop sets it only on sockets that name their
        # protocol, which these do not: every answer would wait 40 ms for a delayed ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # not a bind
    shown = f"[{reached}]" if ":" in reached else reached
    return f"http://{shown}:{port}"
