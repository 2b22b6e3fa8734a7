"""Where a Redis or Valkey is and how we speak to it, and its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis import Redis, exceptions
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool, UnixDomainSocketConnection, parse_url
from redis.retry import Retry

from catalystindex.model.errors import ConfigurationError, QueueUnreachable

DEPENDENCY = "queue"

MAX_CONNECTIONS = 256
"""One for each thread that waits, and a few for those that call."""

ANSWERS = {"host", "port", "path", "db", "username", "password", "connection_class"}
"""What an address may say besides options that begin with ``ssl_``: the rest is ours to decide."""

REFUSALS = (
    exceptions.AuthenticationError,
    exceptions.AuthenticationWrongNumberOfArgsError,
    exceptions.AuthorizationError,
    exceptions.NoPermissionError,
)
"""The server does not know us, or does not let us do this."""

REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (REFUSALS, "refused"),
    ((exceptions.TimeoutError,), "timeout"),
    ((exceptions.BusyLoadingError,), "loading"),
    ((exceptions.ReadOnlyError,), "read_only"),
    ((exceptions.OutOfMemoryError,), "full"),
    ((exceptions.ConnectionError, OSError), "unreachable"),
    ((exceptions.RedisError,), "failed"),
)
"""The first that fits."""


def connect(address: SecretStr | Path, timeout: float) -> tuple[Redis, str]:
    """Return a client, which connects when it is used, and its place without credentials.

    ``timeout`` (seconds) bounds connecting and every answer, and nothing is tried twice, so that
    an outage is told within it. A connection that broke while idle is made anew before it is used.
    Raises `ConfigurationError` for an address that cannot be one.
    """
    told = _of_socket(address) if isinstance(address, Path) else _of_url(address)
    options = told | {
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,  # spares a handshake: nothing of version 3 is used
        "driver_info": None,
    }
    pool = ConnectionPool(max_connections=MAX_CONNECTIONS, **options)
    try:
        pool.connection_class(**pool.connection_kwargs)
    except (TypeError, ValueError, exceptions.RedisError):
        raise ConfigurationError("An ssl_ option in queue.url is not one.") from None
    return Redis(connection_pool=pool), _place(told)


@contextmanager
def errors_told(place: str) -> Iterator[None]:
    """Tell every error of the server or the way to it as `QueueUnreachable` with a ``reason``."""
    try:
        yield
    except (exceptions.RedisError, OSError) as error:
        reason = next(reason for kinds, reason in REASONS if isinstance(error, kinds))
        raise QueueUnreachable(
            f"The queue at {place} does not answer as it should: {reason}.",
            dependency=DEPENDENCY,
            reason=reason,
        ) from error


def _of_socket(path: Path) -> dict[str, Any]:
    return {"connection_class": UnixDomainSocketConnection, "path": str(path)}


def _of_url(url: SecretStr) -> dict[str, Any]:
    """Read the address. Its mistakes are told without quoting it: it may hold a password."""
    try:
        options: dict[str, Any] = parse_url(  # type: ignore[no-untyped-call]
            url.get_secret_value()
        )
    except ValueError:
        raise ConfigurationError("queue.url is not the address of a Redis or Valkey.") from None
    unknown = sorted(name for name in options.keys() - ANSWERS if not name.startswith("ssl_"))
    if unknown:
        raise ConfigurationError(f"queue.url has options that it cannot have: {len(unknown)}.")
    if options.get("connection_class") is UnixDomainSocketConnection and "path" not in options:
        raise ConfigurationError("queue.url names no socket.")
    return {"connection_class": Connection} | options


def _place(options: dict[str, Any]) -> str:
    database = options.get("db", 0)
    if "path" in options:
        return f"unix:{options['path']} ({database})"
    return f"{options.get('host', 'localhost')}:{options.get('port', 6379)}/{database}"
