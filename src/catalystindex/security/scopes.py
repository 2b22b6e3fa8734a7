"""Scopes (RFC 6749 section 3.3): what a token permits."""

from enum import StrEnum


class Scope(StrEnum):
    """One permission. Writing does not imply reading: tokens carry exactly what they need."""

    KNOWLEDGE_BASES_READ = "knowledge_bases:read"
    KNOWLEDGE_BASES_WRITE = "knowledge_bases:write"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    SEARCH = "search"
    INDEX_READ = "index:read"
    INDEX_WRITE = "index:write"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    GRAPH_READ = "graph:read"
    ALERTS_READ = "alerts:read"
    AUDIT_READ = "audit:read"
    METRICS_READ = "metrics:read"
    STREAMS_OPERATE = "streams:operate"
    """To move and start consumers of the event stream: it concerns every workspace."""
    WORK = "work"
    """To be a compute worker: it sees the documents of every workspace."""


ALL_SCOPES = frozenset(Scope) - {Scope.WORK, Scope.STREAMS_OPERATE}
"""All that concerns one workspace."""


def parse_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes named in a space-separated list; names we do not know grant nothing."""
    known = {scope.value: scope for scope in Scope}
    return frozenset(known[name] for name in text.split() if name in known)


def format_scopes(scopes: frozenset[Scope]) -> str:
    """Return the space-separated form, in one order."""
    return " ".join(sorted(scopes))
