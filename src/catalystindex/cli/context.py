"""What every command needs: options, settings, and a client of whoever owns the data."""

import os
import pwd
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalystindex.config.profiles import check_profile
from catalystindex.config.settings import LoadedSettings, Settings, load_settings
from catalystindex.model.errors import DependencyMissing, NotFound, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from catalystindex.owner.assembly import Owner
    from catalystindex.sdk.client import Client

SERVER_START_WAIT = 15.0
POLL = 0.05
STORE_FILE = "records.sqlite"
PRIVATE_URL = "http://catalystindex"

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Session:
    """The global options of one invocation."""

    def __init__(self, config: Path | None, data_dir: Path | None) -> None:
        self._config, self._data_dir = config, data_dir
        self.owner: Owner | None = None
        """Set without a server: what the command asks for is done by its own process."""

    @property
    def alone(self) -> bool:
        """No server: this process owns the data."""
        return self.owner is not None

    def load(self) -> LoadedSettings:
        """Read and validate the settings. Raises `ConfigurationError`."""
        loaded = load_settings(self._config)
        if self._data_dir is None:
            return loaded
        settings = loaded.settings.model_copy(update={"data_dir": self._data_dir})
        return LoadedSettings(settings, {**loaded.sources, "data_dir": "option --data-dir"})

    @property
    def settings(self) -> Settings:
        """The effective settings."""
        return self.load().settings


def session_of(context: typer.Context) -> Session:
    """Return the session that the main command made."""
    session: Session = context.find_root().obj
    return session


def program() -> str:
    """Return what to type to run this program again."""
    return "catalystctl" if shutil.which("catalystctl") else sys.argv[0]


@contextmanager
def connected(
    context: typer.Context, *, creates: bool = False, operates: bool = False
) -> "Iterator[Client]":
    """Give a client of whoever owns the data.

    That is the server the settings name, or the one that runs on the data folder, or else this
    very process, which then owns the folder while the command runs. Only a command that
    ``creates`` may start a new store: a mistyped folder must not look like an empty one. One that
    ``operates`` may do what concerns every workspace of a folder of one's own; for a server
    elsewhere its token says that.
    """
    settings = session_of(context).settings
    if settings.client.url is not None:
        yield from _remote(settings, settings.client.url)
        return
    check_profile(settings)
    url = running_server(settings)
    if url is not None:
        token = _own_token(settings, operates=operates)
        with _client(settings, url, token) as client:
            yield client
        return
    in_file = settings.records.url is None
    if in_file and not creates and not (settings.data_dir / STORE_FILE).exists():
        raise NotFound(
            f"There is no store in {settings.data_dir}: name another with --data-dir, or make one "
            "with `kb create`, `ingest --create`, `events import --create`, "
            "`synth --format log --create` or `serve`.",
            data_dir=str(settings.data_dir),
        )
    command = f"catalystctl {context.info_name}"
    yield from _as_owner(session_of(context), settings, command, operates=operates)


def running_server(settings: Settings) -> str | None:
    """Return the URL of the server that owns the data folder, waiting while it starts.

    Raises `OwnerLocked` when the folder is held by something that is not a server.
    """
    lock = server_part("catalystindex.owner.lock")
    deadline = time.monotonic() + SERVER_START_WAIT
    while lock.is_owned(settings.data_dir):
        info = lock.read_owner(settings.data_dir)
        if info is not None and info.url is not None:
            return str(info.url)
        if time.monotonic() > deadline:
            raise lock.refusal(settings.data_dir, info)
        time.sleep(POLL)
    return None


def server_part(module: str) -> Any:  # noqa: ANN401  # a module of the optional extra
    """Import a module that needs the ``server`` extra. Raises `DependencyMissing`."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DependencyMissing(
            "This needs a server: name one with CATALYST_CLIENT__URL, or install the engines "
            f"with pip install 'catalystindex[server]' ({error.name} is missing).",
            package=error.name,
        ) from error


def local_tenant(settings: Settings) -> Any:  # noqa: ANN401  # a type of the optional extra
    """Return the tenant of commands on a data folder of one's own."""
    tenants = server_part("catalystindex.security.tenants")
    user = re.sub(r"[^A-Za-z0-9._@-]", "-", _account())[:64]
    return tenants.make_tenant(settings.client.organisation, settings.client.workspace, user)


def _account() -> str:
    """Return the name of this process's account: the environment may claim any other."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def _client(settings: Settings, url: str, token: str, socket: str | None = None) -> "Client":
    """Return a client; it is loaded here, for half of the commands need none."""
    from catalystindex.sdk.client import Client

    return Client(url, token, timeout=settings.client.timeout, socket=socket)


def _remote(settings: Settings, url: str) -> "Iterator[Client]":
    if settings.client.token is None:
        raise Unauthenticated("Set CATALYST_CLIENT__TOKEN to an access token for the server.")
    token = settings.client.token.get_secret_value()
    with _client(settings, url, token) as client:
        yield client


def _as_owner(
    session: Session, settings: Settings, command: str, *, operates: bool
) -> "Iterator[Client]":
    server_part("catalystindex.telemetry.logs").configure_logs("error", "console")
    server = server_part("catalystindex.api.server")
    scopes = server_part("catalystindex.security.scopes")
    with server.private_server(settings, command) as (owner, socket):
        granted = scopes.ALL_SCOPES | ({scopes.Scope.STREAMS_OPERATE} if operates else set())
        session.owner = owner
        issued = owner.issuer.issue(local_tenant(settings), granted)
        with _client(settings, PRIVATE_URL, issued.token, str(socket)) as client:
            yield client


def server_of(settings: Settings, scope: str) -> tuple[Callable[[], str], Callable[[], str]]:
    """Return what tells where the server to work for is, and what gives a token of one scope.

    That is the server the settings name, or the one that runs on the data folder, wherever it
    serves after it was started anew. Raises `NotFound` when there is none.
    """
    if settings.client.url is not None:
        if settings.client.token is None:
            raise Unauthenticated("Set CATALYST_CLIENT__TOKEN to an access token for the server.")
        token = settings.client.token.get_secret_value()
        address = settings.client.url
        return lambda: address, lambda: token
    check_profile(settings)
    url = running_server(settings)
    if url is None:
        raise NotFound(
            f"No server runs on {settings.data_dir}: start one with `catalystctl serve`, or name "
            "one with CATALYST_CLIENT__URL."
        )
    lock = server_part("catalystindex.owner.lock")

    def where() -> str:
        info = lock.read_owner(settings.data_dir)
        return str(info.url) if info is not None and info.url is not None else url

    return where, lambda: _own_token(settings, scope)


def _own_token(settings: Settings, scope: str | None = None, *, operates: bool = False) -> str:
    """Sign a token with the key of the data folder, which only its user can read."""
    keys = server_part("catalystindex.security.keys")
    tokens = server_part("catalystindex.security.tokens")
    scopes = server_part("catalystindex.security.scopes")
    clock = server_part("catalystindex.model.clock").SystemClock()
    path = settings.security.key_file or settings.data_dir / keys.KEY_FILE
    if not path.exists():
        raise Unavailable(f"The server's key file {path} is not there.")
    issuer = tokens.TokenIssuer(keys.load_or_create_key(path), settings.security, clock)
    wanted = scopes.ALL_SCOPES if scope is None else scopes.parse_scopes(scope)
    wanted |= {scopes.Scope.STREAMS_OPERATE} if operates else set()
    return str(issuer.issue(local_tenant(settings), wanted).token)
