"""A small server that speaks the HTTP contract of jobs, for tests of the clients alone.

It keeps what it is given in memory and does no work: a document whose bytes hold ``bad`` fails,
one that holds ``slow`` stays in line until `JobServer.finish`, any other succeeds at once. It says
nothing about what the real server does.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.job import (
    ENDED_ITEMS,
    ENDED_JOBS,
    BulkDocument,
    BulkRequest,
    Counts,
    ErrorClass,
    ItemProblem,
    ItemState,
    Job,
    JobDocument,
    JobState,
    JobWarning,
    Outcome,
    Retried,
    Stage,
    WorkerInfo,
)
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.model.paging import Page
from catalystindex.model.sources import LISTING_KINDS, InlineSource, UploadSource, place_of

THEN = datetime(2025, 3, 1, 12, tzinfo=UTC)
BAD, SLOW = b"bad", b"slow"
PROBLEM = "application/problem+json"
Answer = tuple[int, Any]


@dataclass
class Seen:
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    files: list[tuple[str, bytes]] = field(default_factory=list)
    body: Any = None


@dataclass
class Work:
    """A job and its documents."""

    job: Job
    items: list[JobDocument]


class JobServer:
    """What the server knows.

    ``cut_after`` events a stream breaks, where that is set; ``stored`` documents are said to be
    in a knowledge base.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Work] = {}
        self.seen: list[Seen] = []
        self.keys: dict[str, str] = {}
        self.cut_after: int | None = None
        self.streams = True
        self.max_body = 64 * 1024 * 1024
        self.warnings: list[JobWarning] = []
        self.waits = True
        self.stored = 1
        self.changed = threading.Condition()
        self.url = ""

    def asked(self, ending: str) -> list[Seen]:
        """Return the requests whose path ends so."""
        return [one for one in self.seen if one.path.endswith(ending)]

    def submit(self, documents: list[tuple[str, str, bytes]], label: str, key: str | None) -> Job:
        """Take documents (kind, place, bytes); the same key gives the same job."""
        with self.changed:
            if key is not None and key in self.keys:
                return self.jobs[self.keys[key]].job
            identifier = f"{len(self.jobs) + 1:02x}" + "abcdef" * 5
            items = [_item(identifier, number, one) for number, one in enumerate(documents)]
            self.jobs[identifier] = Work(_job(identifier, items, label, self.warnings), items)
            if key is not None:
                self.keys[key] = identifier
            self.changed.notify_all()
            return self.jobs[identifier].job

    def finish(self, job_id: str, state: ItemState = ItemState.SUCCEEDED, count: int = 1) -> None:
        """End the next documents in line."""
        with self.changed:
            work = self.jobs[job_id]
            waiting = [item for item in work.items if item.state not in ENDED_ITEMS]
            for item in waiting[:count]:
                sequence = max(one.sequence for one in work.items) + 1
                work.items[item.ordinal] = _ended(item, state, sequence)
                work.job = _job(job_id, work.items, work.job.label, self.warnings)
            self.changed.notify_all()

    def retry(self, job_id: str, wanted: list[str]) -> Retried:
        """Put failed documents back in line, where they stay."""
        work = self.jobs[job_id]
        failed = [item for item in work.items if item.state is ItemState.FAILED]
        chosen = [item for item in failed if not wanted or item.id in wanted]
        for item in chosen:
            fresh = {"state": ItemState.QUEUED, "problem": None}
            work.items[item.ordinal] = item.model_copy(update=fresh)
        work.job = _job(job_id, work.items, work.job.label, self.warnings)
        return Retried(retried=len(chosen))


@contextmanager
def job_server() -> Iterator[JobServer]:
    """Run one for a while."""
    state = JobServer()
    server = _Server(state)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _item(job_id: str, number: int, document: tuple[str, str, bytes]) -> JobDocument:
    kind, place, data = document
    item = JobDocument(
        id=f"{job_id[:2]}item{number:04}", job_id=job_id, ordinal=number, sequence=number + 1,
        kind=kind, place=place, key=place, document_id=f"d{job_id[:2]}{number}",
        version_id=None, state=ItemState.QUEUED, stage=None, progress=None, outcome=None,
        attempts=0, total_attempts=0, next_attempt_at=None, problem=None, artifacts={},
        seconds={}, worker=None, created_at=THEN, started_at=None, finished_at=None,
    )  # fmt: skip
    if SLOW in data:
        return item
    return _ended(item, ItemState.FAILED if BAD in data else ItemState.SUCCEEDED, number + 1)


def _ended(item: JobDocument, state: ItemState, sequence: int) -> JobDocument:
    failed = state is ItemState.FAILED
    outcome = Outcome.LISTED if item.kind in LISTING_KINDS else Outcome.CREATED
    problem = ItemProblem(
        code="document.corrupt", detail="It is damaged.", error_class=ErrorClass.PERMANENT
    )
    update = {
        "state": state,
        "sequence": sequence,
        "stage": Stage.INDEXED if state is ItemState.SUCCEEDED else Stage.ACQUIRED,
        "outcome": outcome if state is ItemState.SUCCEEDED else None,
        "problem": problem if failed else None,
    }
    return item.model_copy(update=update)


def _job(job_id: str, items: list[JobDocument], label: str, warnings: list[JobWarning]) -> Job:
    counts = {state: sum(item.state is state for item in items) for state in ItemState}
    ended = sum(counts[state] for state in ENDED_ITEMS)
    return Job(
        id=job_id, url=f"/v1/jobs/{job_id}", state=_state(counts, ended == len(items)),
        label=label, knowledge_base_id="kb1", created_by="ana", created_at=THEN,
        started_at=THEN, finished_at=None, total=len(items), open_listings=0,
        counts=Counts.model_validate({state.value: count for state, count in counts.items()}),
        stages={Stage.INDEXED: counts[ItemState.SUCCEEDED]}, outcomes={},
        attempts=ended, percentage=100 * ended / max(1, len(items)), eta_seconds=3,
        cancel_requested=False, sequence=max((item.sequence for item in items), default=0),
        document_id=items[0].document_id if len(items) == 1 else None, warnings=warnings,
    )  # fmt: skip


def _state(counts: Mapping[ItemState, int], ended: bool) -> JobState:
    if not ended:
        return JobState.RUNNING
    if counts[ItemState.CANCELLED]:
        return JobState.CANCELLED
    if counts[ItemState.FAILED]:
        return JobState.PARTIAL if counts[ItemState.SUCCEEDED] else JobState.FAILED
    return JobState.SUCCEEDED


def a_document(item: JobDocument) -> Document:
    """Return the document that an item became."""
    return Document(
        id=item.document_id or "", knowledge_base_id="kb1", key=item.key or "", title=item.place,
        filename=item.place, status=DocumentStatus.INDEXED, searchable=True, version=1,
        version_id="v1", content_hash="h", media_type="text/plain", size_bytes=1, pages=None,
        chunks=2, reading=None, policy="default", metadata={}, problem=None, created_at=THEN,
        updated_at=THEN,
    )  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    @property
    def state(self) -> JobServer:
        assert isinstance(self.server, _Server)
        return self.server.state

    def do_GET(self) -> None:
        seen = _read(self)
        self.state.seen.append(seen)
        size = int(self.headers.get("Content-Length", 0))
        if size > self.state.max_body:
            self._send(413, _problem("request.too_large", 413, f"More than {self.state.max_body}."))
        elif seen.path.endswith("/events"):
            self._stream(seen)
        else:
            self._send(*_answer(self.state, seen))

    do_POST = do_DELETE = do_GET  # noqa: N815  # the names of the library

    def _send(self, status: int, body: Any) -> None:  # noqa: ANN401  # JSON
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", PROBLEM if status >= 400 else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _stream(self, seen: Seen) -> None:
        work = self.state.jobs.get(seen.path.split("/")[3])
        if work is None or not self.state.streams:
            self._send(*_missing() if work is None else (503, _problem("x", 503, "Off.")))
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self._events(work.job.id, int(seen.headers.get("Last-Event-ID") or 0))
        except ConnectionError:
            return

    def _events(self, job_id: str, last: int) -> None:
        sent = 0
        while True:
            with self.state.changed:
                work = self.state.jobs[job_id]
                fresh = sorted(
                    (item for item in work.items if item.sequence > last),
                    key=lambda item: item.sequence,
                )
                if not fresh and work.job.state not in ENDED_JOBS:
                    self.wfile.write(b": still here\n\n")
                    self.state.changed.wait(0.05)
                    continue
            for item in fresh:
                if self.state.cut_after is not None and sent >= self.state.cut_after:
                    return
                self._event("document", item.sequence, item.model_dump_json())
                last, sent = item.sequence, sent + 1
            work = self.state.jobs[job_id]
            if work.job.state in ENDED_JOBS:
                self._event("end", work.job.sequence, work.job.model_dump_json())
                return
            self._event("job", last, work.job.model_dump_json())

    def _event(self, kind: str, sequence: int, data: str) -> None:
        self.wfile.write(f"event: {kind}\nid: {sequence}\ndata: {data}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, state: JobServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state


def _read(handler: BaseHTTPRequestHandler) -> Seen:
    parts = urlsplit(handler.path)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    raw = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    seen = Seen(handler.command, parts.path, query, dict(handler.headers))
    kind = handler.headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        seen.body = json.loads(raw) if raw else None
        return seen
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw, policy=HTTP)
    seen.body = {}
    for part in form.iter_parts():
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        name = part.get_filename()
        if name is not None:
            seen.files.append((name, data))
        else:
            seen.body[part.get_param("name", header="content-disposition")] = data.decode()
    return seen


def _answer(state: JobServer, seen: Seen) -> Answer:
    path = seen.path.removeprefix("/v1").strip("/").split("/")
    match (seen.method, *path):
        case ("POST", "ingest", *rest):
            return _ingested(state, seen, rest)
        case ("GET", "jobs"):
            return 200, _page([work.job for work in reversed(state.jobs.values())])
        case (_, "jobs", job_id, *rest):
            return _of_job(state, seen, job_id, rest)
        case ("GET", "dead-letters"):
            items = [item for work in state.jobs.values() for item in work.items]
            return 200, _page([item for item in items if item.state is ItemState.FAILED])
        case ("POST", "dead-letters", "retry"):
            found = [state.retry(job_id, seen.body["documents"]) for job_id in list(state.jobs)]
            return 200, {"retried": sum(one.retried for one in found)}
        case ("GET", "workers"):
            return 200, [_worker().model_dump(mode="json")]
        case ("GET", "documents"):
            items = [item for work in state.jobs.values() for item in work.items]
            return 200, _page([a_document(item) for item in items])
        case ("GET", "documents", identifier):
            items = [item for work in state.jobs.values() for item in work.items]
            found_item = next(item for item in items if item.document_id == identifier)
            return 200, a_document(found_item).model_dump(mode="json")
        case ("GET", "knowledge-bases", name):
            made = KnowledgeBase(
                id="kb1", name=name, description="", created_at=THEN, chunks=2,
                documents=state.stored,
            )  # fmt: skip
            return 200, made.model_dump(mode="json")
        case _:
            return _missing()


def _of_job(state: JobServer, seen: Seen, job_id: str, rest: list[str]) -> Answer:
    work = state.jobs.get(job_id)
    if work is None:
        return _missing()
    match rest:
        case []:
            return 200, work.job.model_dump(mode="json")
        case ["documents"]:
            wanted = seen.query.get("state")
            return 200, _page([item for item in work.items if wanted in (None, item.state)])
        case ["documents", identifier]:
            item = next(item for item in work.items if item.id == identifier)
            return 200, item.model_dump(mode="json")
        case ["cancel"]:
            state.finish(job_id, ItemState.CANCELLED, len(work.items))
            return 200, work.job.model_dump(mode="json")
        case ["retry"]:
            wanted_ids = (seen.body or {}).get("documents", [])
            return 200, state.retry(job_id, wanted_ids).model_dump()
        case _:
            return _missing()


def _ingested(state: JobServer, seen: Seen, rest: list[str]) -> Answer:
    key = seen.headers.get("Idempotency-Key")
    if rest == ["bulk"]:
        text = seen.body.get("request") if seen.files else json.dumps(seen.body)
        wanted = BulkRequest.model_validate_json(text)
        if wanted.knowledge_base == "nowhere":
            return 404, _problem("knowledge_base.not_found", 404, "There is none.")
        taken = [_taken(document, seen) for document in wanted.documents]
        return 202, state.submit(taken, wanted.label, key).model_dump(mode="json")
    data = seen.files[0][1] if seen.files else seen.body["content"].encode()
    name = seen.body.get("key") or "document"
    job = state.submit([("inline", name, data)], "", key)
    item = state.jobs[job.id].items[0]
    if seen.query.get("wait") != "true" or not state.waits or item.state not in ENDED_ITEMS:
        return 202, job.model_dump(mode="json")
    if item.problem is not None:
        return 422, _problem(item.problem.code, 422, item.problem.detail)
    return 201, a_document(item).model_dump(mode="json")


def _taken(document: BulkDocument, seen: Seen) -> tuple[str, str, bytes]:
    source = document.source
    if isinstance(source, UploadSource):
        name, data = seen.files[source.file]
        return "upload", document.key or name, data
    content = (source.content or "") if isinstance(source, InlineSource) else ""
    return source.kind, document.key or place_of(source), content.encode()


def _worker() -> WorkerInfo:
    return WorkerInfo(
        id="w1", host="node-1", pid=7, lane="compute", local=True, live=True, started_at=THEN,
        heartbeat_at=THEN, busy=False,
    )  # fmt: skip


def _page(items: list[Any]) -> Any:  # noqa: ANN401  # JSON
    return Page[Any](items=items).model_dump(mode="json")


def _missing() -> Answer:
    return 404, _problem("job.not_found", 404, "There is no such job.")


def _problem(code: str, status: int, detail: str) -> dict[str, object]:
    return {"code": code, "status": status, "detail": detail, "context": {}, "errors": []}
