"""What a caller asks of a rebuild, in the terms of the records: names resolved in the workspace."""

from collections.abc import Callable

from sqlalchemy import Connection

from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.reindex.service import Reindexer
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.generation import Generation, ReindexRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import knowledge_bases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.generations import Rechunking

ResolvePolicy = Callable[[Tenant, str], ChunkPolicy]
"""Returns a policy of a workspace, resolved. Raises the typed error for one that is not there."""


class ReindexRequests:
    """Starts rebuilds."""

    def __init__(self, records: Records, reindexer: Reindexer, resolve: ResolvePolicy) -> None:
        self._records, self._reindexer, self._resolve = records, reindexer, resolve

    def start(self, tenant: Tenant, request: ReindexRequest) -> Generation:
        """Record a generation to be built.

        Raises `InvalidRequest`, `KnowledgeBaseNotFound`, `ReindexUnderWay`, and what resolving the
        policy raises.
        """
        return self._reindexer.start(tenant, self._rechunking(tenant, request))

    def _rechunking(self, tenant: Tenant, request: ReindexRequest) -> Rechunking | None:
        if request.policy is None:
            if request.knowledge_bases:
                raise InvalidRequest(
                    "Knowledge bases are named for chunking anew: name a policy too.",
                    field="policy",
                )
            return None
        policy = self._resolve(tenant, request.policy).model_dump(mode="json")
        with self._records.read() as connection:
            scope = _scope(connection, tenant, request.knowledge_bases)
        return Rechunking(tenant.key, scope, policy)


def _scope(connection: Connection, tenant: Tenant, wanted: list[str]) -> tuple[str, ...]:
    if not wanted:
        return tuple(sorted(knowledge_bases.names(connection, tenant)))
    found = [knowledge_bases.resolve(connection, tenant, name)[0] for name in wanted]
    return tuple(sorted(set(found)))
