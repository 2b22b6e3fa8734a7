"""Who may call what: one table maps every route to its scope.

A route that is not in the table cannot be built. Access is decided before a byte of the body is
read.
"""

from collections.abc import Callable, Coroutine
from types import MappingProxyType
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from catalystindex.model.errors import Unauthenticated
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.security.scopes import Scope
from catalystindex.security.tokens import Principal

PUBLIC: Final = None

SCOPES: Final = MappingProxyType(
    {
        ("GET", "/health"): PUBLIC,
        ("GET", "/ready"): PUBLIC,
        ("GET", "/metrics"): Scope.METRICS_READ,
        ("GET", "/knowledge-bases"): Scope.KNOWLEDGE_BASES_READ,
        ("POST", "/knowledge-bases"): Scope.KNOWLEDGE_BASES_WRITE,
        ("GET", "/knowledge-bases/{knowledge_base}"): Scope.KNOWLEDGE_BASES_READ,
        ("GET", "/knowledge-bases/{knowledge_base}/metadata"): Scope.KNOWLEDGE_BASES_READ,
        ("DELETE", "/knowledge-bases/{knowledge_base}"): Scope.KNOWLEDGE_BASES_WRITE,
        ("POST", "/ingest"): Scope.DOCUMENTS_WRITE,
        ("POST", "/ingest/upload"): Scope.DOCUMENTS_WRITE,
        ("POST", "/ingest/bulk"): Scope.DOCUMENTS_WRITE,
        ("GET", "/jobs"): Scope.JOBS_READ,
        ("GET", "/jobs/{job_id}"): Scope.JOBS_READ,
        ("GET", "/jobs/{job_id}/documents"): Scope.JOBS_READ,
        ("GET", "/jobs/{job_id}/documents/{item_id}"): Scope.JOBS_READ,
        ("GET", "/jobs/{job_id}/events"): Scope.JOBS_READ,
        ("POST", "/jobs/{job_id}/cancel"): Scope.JOBS_WRITE,
        ("POST", "/jobs/{job_id}/retry"): Scope.JOBS_WRITE,
        ("GET", "/dead-letters"): Scope.JOBS_READ,
        ("POST", "/dead-letters/retry"): Scope.JOBS_WRITE,
        ("GET", "/workers"): Scope.JOBS_READ,
        ("POST", "/work/hello"): Scope.WORK,
        ("POST", "/work/goodbye"): Scope.WORK,
        ("POST", "/work/claim"): Scope.WORK,
        ("POST", "/work/beat"): Scope.WORK,
        ("POST", "/work/report"): Scope.WORK,
        ("POST", "/work/give-up"): Scope.WORK,
        ("POST", "/work/put-back"): Scope.WORK,
        ("GET", "/documents"): Scope.DOCUMENTS_READ,
        ("GET", "/documents/{document_id}"): Scope.DOCUMENTS_READ,
        ("DELETE", "/documents/{document_id}"): Scope.DOCUMENTS_WRITE,
        ("GET", "/documents/{document_id}/chunks"): Scope.DOCUMENTS_READ,
        ("GET", "/documents/{document_id}/structure"): Scope.DOCUMENTS_READ,
        ("GET", "/documents/{document_id}/text"): Scope.DOCUMENTS_READ,
        ("GET", "/documents/{document_id}/raw"): Scope.DOCUMENTS_READ,
        ("GET", "/policies"): Scope.POLICIES_READ,
        ("GET", "/policies/{name}"): Scope.POLICIES_READ,
        ("POST", "/policies/validate"): Scope.POLICIES_READ,
        ("PUT", "/policies/{name}"): Scope.POLICIES_WRITE,
        ("DELETE", "/policies/{name}"): Scope.POLICIES_WRITE,
        ("POST", "/search"): Scope.SEARCH,
        ("GET", "/index/generations"): Scope.INDEX_READ,
        ("GET", "/index/generations/{number}"): Scope.INDEX_READ,
        ("POST", "/index/reindex"): Scope.INDEX_WRITE,
        ("POST", "/index/rollback"): Scope.INDEX_WRITE,
        ("POST", "/index/cancel"): Scope.INDEX_WRITE,
        ("POST", "/index/retire"): Scope.INDEX_WRITE,
        ("POST", "/events"): Scope.EVENTS_WRITE,
        ("GET", "/events/schema"): Scope.EVENTS_READ,
        ("GET", "/events/kinds"): Scope.EVENTS_READ,
        ("GET", "/streams"): Scope.EVENTS_READ,
        ("GET", "/streams/dead-letters"): Scope.EVENTS_READ,
        ("POST", "/streams/dead-letters/replay"): Scope.EVENTS_WRITE,
        ("GET", "/streams/dead-letters/{letter_id}"): Scope.EVENTS_READ,
        ("POST", "/streams/dead-letters/{letter_id}/replay"): Scope.EVENTS_WRITE,
        ("POST", "/streams/dead-letters/{letter_id}/discard"): Scope.EVENTS_WRITE,
        ("GET", "/streams/{group}"): Scope.EVENTS_READ,
        ("POST", "/streams/{group}/seek"): Scope.STREAMS_OPERATE,
        ("POST", "/streams/{group}/restart"): Scope.STREAMS_OPERATE,
        ("POST", "/streams/{group}/forget"): Scope.STREAMS_OPERATE,
        ("GET", "/graph"): Scope.GRAPH_READ,
        ("GET", "/graph/profile"): Scope.GRAPH_READ,
        ("GET", "/graph/neighbourhood"): Scope.GRAPH_READ,
        ("GET", "/graph/paths"): Scope.GRAPH_READ,
        ("GET", "/graph/ownership"): Scope.GRAPH_READ,
        ("GET", "/graph/shared"): Scope.GRAPH_READ,
        ("GET", "/alerts"): Scope.ALERTS_READ,
        ("GET", "/alerts/summary"): Scope.ALERTS_READ,
        ("GET", "/alerts/{alert_id}"): Scope.ALERTS_READ,
        ("GET", "/detectors"): Scope.ALERTS_READ,
        ("GET", "/detectors/{name}"): Scope.ALERTS_READ,
        ("GET", "/audit"): Scope.AUDIT_READ,
        ("GET", "/audit/verify"): Scope.AUDIT_READ,
    }
)
"""Method and path below the version prefix; `PUBLIC` needs no token."""

VERSION_PREFIX = "/v1"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route that checks the token and its scope before anything else."""

    def get_route_handler(self) -> Handler:
        """Return the handler with the check in front."""
        handler = super().get_route_handler()
        needed = [scope_of(method, self.path) for method in sorted(self.methods or ())]

        async def guarded(request: Request) -> Response:
            for scope in needed:
                if scope is not PUBLIC:
                    principal = authenticate(request)
                    principal.require(scope)
                    request.state.principal = principal
            return await handler(request)

        return guarded


def scope_of(method: str, path: str) -> Scope | None:
    """Return the scope of a route. Raises `KeyError` for one that is not in the table."""
    return SCOPES[method, path.removeprefix(VERSION_PREFIX)]


def authenticate(request: Request) -> Principal:
    """Return the caller. Raises `Unauthenticated` and `InvalidToken`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return owner_of(request).verifier.verify(token.strip())


def owner_of(request: Request) -> Owner:
    """Return the owner this application serves."""
    owner: Owner = request.app.state.owner
    return owner


def tenant_of(request: Request) -> Tenant:
    """Return the verified tenant of a guarded request."""
    principal: Principal = request.state.principal
    return principal.tenant
