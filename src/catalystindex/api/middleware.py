"""Around every request: an id, a bound on the body, a log line and metrics. Plain ASGI."""

import re
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalystindex.model.errors import PayloadTooLarge
from catalystindex.telemetry.logs import bound, logger
from catalystindex.telemetry.metrics import Metrics

REQUEST_ID_HEADER = b"x-request-id"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
UPLOADS, BULK, INLINE = "/ingest/upload", "/ingest/bulk", "/ingest"
WORK = "/work/report"
EVENTS = ("/v1/events", "/events")
REPLAY = "/replay"
BULK_BYTES = 32 * 1024 * 1024
"""Of a bulk submission in JSON; larger ones are sent as a form."""
INLINE_BYTES = 8 * 1024 * 1024
"""A text in JSON is parsed as a whole in the event loop; larger ones are uploaded as files."""
EVENT_BYTES = 32 * 1024 * 1024
"""Of events in one request: they are in memory at once."""
REQUEST_BYTES = 128 * 1024
"""Every other body: a question with all its filters fits many times over."""
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "(other)"
UNMATCHED = "(none)"
"""The route label of requests that match no route: their paths would be unbounded labels."""

log = logger(__name__)


class RequestContext:
    """Gives each request an id (the caller's, if it is a sane one), logs it and counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = identifier
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (REQUEST_ID_HEADER, identifier.encode("ascii")),
                ]
            await send(message)

        began = time.perf_counter()
        with bound(request_id=identifier):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method = scope["method"] if scope["method"] in KNOWN_METHODS else OTHER
        self._metrics.requests.labels(route, method, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        log.info(
            "request_served",
            **_caller(scope),
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 2),
        )


class BodyLimit:
    """Refuses a body over the limit, by its declared length or as it arrives."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrived = 0
        limit = self._limit_of(scope)

        async def receive_counted() -> Message:
            nonlocal arrived
            if _declared_length(scope) > limit:
                raise _refusal(limit)
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise _refusal(limit)
            return message

        await self._app(scope, receive_counted, send)

    def _limit_of(self, scope: Scope) -> int:
        path = scope["path"]
        kind = _header(scope, b"content-type").partition(b";")[0].strip().lower()
        form = kind == b"multipart/form-data"  # as the route tells a form from JSON
        if path.endswith(UPLOADS) or (path.endswith(BULK) and form):
            return self._limit
        if path.endswith(BULK):
            return min(self._limit, BULK_BYTES)
        if path in EVENTS:
            return min(self._limit, EVENT_BYTES)
        inline = path.endswith((INLINE, WORK, REPLAY))
        return min(self._limit, INLINE_BYTES if inline else REQUEST_BYTES)


def _refusal(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit:,} bytes.", limit=limit)


def _caller(scope: Scope) -> dict[str, str]:
    """Return who called, once the token was verified: reads are logged, changes are audited."""
    principal = scope["state"].get("principal")
    if principal is None:
        return {}
    return {"tenant": principal.tenant.key, "user": principal.tenant.user}


def _request_id(scope: Scope) -> str:
    given = _header(scope, REQUEST_ID_HEADER)
    return given.decode("ascii") if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _declared_length(scope: Scope) -> int:
    value = _header(scope, b"content-length")
    return int(value) if value.isdigit() else 0


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")
