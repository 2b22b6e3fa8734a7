"""The plan of a search: where, under what filters, for which terms."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filters import Condition
from catalystindex.model.search import SearchRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import knowledge_bases

CANDIDATES = 200
"""Taken from each retriever: deep enough that fusion sees the tail, small enough to rank fast."""


@dataclass(frozen=True)
class Plan:
    """What will be looked for."""

    query: str
    terms: tuple[int, ...]
    knowledge_bases: Mapping[str, str]
    filters: Condition
    limit: int
    candidates: int
    per_document: int | None = None
    context: int = 0


def make_plan(
    connection: Connection, tenant: Tenant, request: SearchRequest, sparse: Bm25Encoder
) -> Plan:
    """Return the plan of a request.

    Raises `InvalidRequest` for a blank query and `KnowledgeBaseNotFound` for a name that is not
    in the workspace: looking in fewer places than asked would be a quiet lie.
    """
    query = clean_query(request.query)
    if not query:
        raise InvalidRequest("The query is blank.", field="query")
    return Plan(
        query=query,
        terms=sparse.query_terms(query),
        knowledge_bases=_knowledge_bases(connection, tenant, request.knowledge_bases),
        filters=request.filters,
        limit=request.limit,
        candidates=max(CANDIDATES, 2 * request.limit),
        per_document=request.per_document,
        context=request.context,
    )


def clean_query(text: str) -> str:
    """Return the query in Unicode NFC, control characters and runs of blanks squeezed."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cs") else char
        for char in unicodedata.normalize("NFC", text)
    )
    return " ".join(kept.split())


def _knowledge_bases(
    connection: Connection, tenant: Tenant, wanted: Sequence[str]
) -> Mapping[str, str]:
    """Return names by id."""
    if not wanted:
        return knowledge_bases.names(connection, tenant)
    return dict(knowledge_bases.resolve(connection, tenant, name) for name in wanted)
