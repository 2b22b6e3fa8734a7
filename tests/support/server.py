"""Real servers for the tests of the edges: in this process on a Unix socket, or as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import httpx
from reportlab.pdfgen.canvas import Canvas

from catalystindex.api.server import private_server
from catalystindex.config.sections import JobsSettings, LimitsSettings, LoggingSettings
from catalystindex.config.settings import Settings
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.sdk.client import Client
from catalystindex.security.scopes import ALL_SCOPES, Scope
from catalystindex.security.tenants import make_tenant
from catalystindex.telemetry.logs import configure_logs

BODY_LIMIT = 256 * 1024
"""Small, so that a body over it is cheap to send."""

PROBLEM = "application/problem+json"
URL = "http://catalyst.test"
START_TIMEOUT = 60.0

Json = dict[str, Any]


@dataclass(frozen=True)
class LiveServer:
    """A server that runs in this process."""

    owner: Owner
    socket: Path
    _closing: ExitStack = field(default_factory=ExitStack)

    def token(
        self,
        workspace: str,
        scopes: frozenset[Scope] = ALL_SCOPES,
        *,
        ttl: timedelta | None = None,
        organisation: str = "acme",
    ) -> str:
        tenant = make_tenant(organisation, workspace, "ana")
        return self.owner.issuer.issue(tenant, scopes, ttl).token

    def http(self, token: str | None = None) -> httpx.Client:
        """Return a client without the SDK's help; closed with the server."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.HTTPTransport(uds=str(self.socket))
        client = httpx.Client(base_url=URL, headers=headers, transport=transport, timeout=60)
        return self._closing.enter_context(client)

    def caller(self, workspace: str, *scopes: Scope, organisation: str = "acme") -> httpx.Client:
        """Return a client of a workspace; with every scope when none is named."""
        granted = frozenset(scopes) or ALL_SCOPES
        return self.http(self.token(workspace, granted, organisation=organisation))

    def sdk(self, workspace: str) -> Client:
        client = Client(URL, self.token(workspace), socket=str(self.socket), timeout=60)
        return self._closing.enter_context(client)


@contextmanager
def live_server(folder: Path) -> Iterator[LiveServer]:
    """Run a server on a data folder for as long as the block runs."""
    configure_logs("error", "json")
    settings = Settings(
        data_dir=folder,
        limits=LimitsSettings(max_body_bytes=BODY_LIMIT),
        jobs=JobsSettings(workers=1, request_wait=60, backoff=0.05, max_backoff=0.05),
        logging=LoggingSettings(level="error"),
    )
    with private_server(settings, "tests") as (owner, socket):
        server = LiveServer(owner, socket)
        with server._closing:
            yield server


def tenant_of(workspace: str) -> Tenant:
    return make_tenant("acme", workspace, "ana")


# What a caller does, in one line.


def make_base(caller: httpx.Client, name: str = "bank") -> Json:
    response = caller.post("/v1/knowledge-bases", json={"name": name})
    assert response.status_code == 201, response.text
    made: Json = response.json()
    return made


WAIT = {"wait": "true"}
"""In the query of an ingest request: answer with the finished document."""


def ingest(
    caller: httpx.Client, content: str, knowledge_base: str = "bank", **more: object
) -> Json:
    """Ingest a document and return it once it is searchable."""
    body = {"knowledge_base": knowledge_base, "content": content, **more}
    response = caller.post("/v1/ingest", json=body, params=WAIT)
    assert response.status_code in (200, 201), response.text
    document: Json = response.json()
    return document


def job_of(response: httpx.Response) -> Json:
    """Return the job that an accepted request became."""
    assert response.status_code == 202, response.text
    job: Json = response.json()
    assert response.headers["location"] == job["url"] == f"/v1/jobs/{job['id']}"
    return job


def submit(
    caller: httpx.Client, content: str, knowledge_base: str = "bank", **more: object
) -> Json:
    """Submit a document and return its job, without waiting."""
    body = {"knowledge_base": knowledge_base, "content": content, **more}
    return job_of(caller.post("/v1/ingest", json=body))


def ended_job(caller: httpx.Client, job_id: str) -> Json:
    """Return a job once every document of it has ended."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        response = caller.get(f"/v1/jobs/{job_id}")
        assert response.status_code == 200, response.text
        job: Json = response.json()
        if job["finished_at"] is not None:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {job_id}")


def upload(
    caller: httpx.Client,
    data: bytes,
    filename: str,
    knowledge_base: str = "bank",
    *,
    media_type: str = "application/octet-stream",
    wait: bool = True,
    **form: str,
) -> httpx.Response:
    return caller.post(
        "/v1/ingest/upload",
        params={"wait": wait},
        data={"knowledge_base": knowledge_base, **form},
        files={"file": (filename, data, media_type)},
    )


def search(caller: httpx.Client, query: str, **more: object) -> list[Json]:
    response = caller.post("/v1/search", json={"query": query, **more})
    assert response.status_code == 200, response.text
    hits: list[Json] = response.json()["hits"]
    return hits


def pages_of(
    caller: httpx.Client, path: str, parameter: str = "cursor", **query: str | int
) -> list[Json]:
    """Return every item of a listing, page by page."""
    items: list[Json] = []
    cursor = None
    while True:
        page = caller.get(path, params={**query, **({parameter: cursor} if cursor else {})})
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        assert len(page.json()["items"]) <= int(query.get("limit", 50))
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return items


def problem_of(response: httpx.Response, status: int, code: str) -> Json:
    """Return the problem in a response, checked against everything that holds for all of them."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem: Json = response.json()
    assert set(problem) == {
        "type", "title", "status", "detail", "instance", "code", "context", "errors",
    }  # fmt: skip
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"] == f"urn:catalystindex:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    request = response.headers["x-request-id"]
    assert problem["instance"] == f"urn:catalystindex:request:{request}"
    return problem


# Documents of every kind.


def pdf_bytes(*pages: str) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for page in pages:
        for number, line in enumerate(page.splitlines()):
            canvas.drawString(72, 720 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def docx_bytes(heading: str, *paragraphs: str) -> bytes:
    buffer = BytesIO()
    document = docx.Document()
    document.add_heading(heading, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(buffer)
    return buffer.getvalue()


# Processes.


def environment(data_dir: Path | None = None, **variables: str) -> dict[str, str]:
    """Return the environment of a command: ours without settings of the product, and these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CATALYST_")}
    kept["CATALYST_LOGGING__LEVEL"] = "warning"
    kept["COLUMNS"] = "200"
    if data_dir is not None:
        kept["CATALYST_DATA_DIR"] = str(data_dir)
    return kept | variables


def catalystctl(
    *arguments: str | Path,
    env: Mapping[str, str],
    cwd: Path,
    expect: int = 0,
    timeout: float = 90,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and check its exit code."""
    done = subprocess.run(  # our own program
        [*PROGRAM, *map(str, arguments)],
        env=dict(env),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


PROGRAM = (str(Path(sys.executable).with_name("catalystctl")),)


@dataclass(frozen=True)
class ServerProcess:
    """A `catalystctl serve` that accepts requests."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def descendants(self) -> set[int]:
        """Return the processes below it that run now."""
        return _descendants(self.process.pid)

    def terminate(self, timeout: float = 10) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


@contextmanager
def serving(data_dir: Path, cwd: Path, **variables: str) -> Iterator[ServerProcess]:
    """Run `catalystctl serve` on a free port until the block ends."""
    log = cwd / f"{data_dir.name}-serve.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(  # our own program
            [*PROGRAM, "serve", "--port", "0"],
            env=environment(data_dir, **variables),
            cwd=cwd,
            stdout=sink,
            stderr=sink,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield ServerProcess(process, _announced(data_dir, process, log), log)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Folder:
    """A data folder and the place commands are run from."""

    data: Path
    cwd: Path

    def run(
        self, *arguments: str | Path, expect: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        env = environment(self.data, **variables)
        return catalystctl(*arguments, env=env, cwd=self.cwd, expect=expect)

    def json(self, *arguments: str | Path, **variables: str) -> Any:  # noqa: ANN401  # JSON
        """Run a command with ``--json`` and return what it printed."""
        return json.loads(self.run(*arguments, "--json", expect=0, **variables).stdout)

    def error(self, *arguments: str | Path, expect: int, **variables: str) -> dict[str, Any]:
        """Run a command that fails with ``--json`` and return the error it printed."""
        done = self.run(*arguments, "--json", expect=expect, **variables)
        assert done.stdout == ""
        error: dict[str, Any] = json.loads(done.stderr)["error"]
        return error


@dataclass(frozen=True)
class Served(Folder):
    """A data folder with its server."""

    server: ServerProcess


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _announced(data_dir: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8")
        url = _url_in(data_dir / "owner.lock")
        if url is not None and _answers(url):
            return url
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8')}")


def _url_in(lock: Path) -> str | None:
    try:
        url: str | None = json.loads(lock.read_bytes()).get("url")
    except (FileNotFoundError, ValueError):
        return None
    return url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _descendants(pid: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.add(child)
            todo.append(child)
    return found
