# Made of sdk/aio/resources.py by tools/unasync.py. Change that one, then run `make sync`.
"""The families of the API: knowledge bases, documents, policies, index, audit."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from pydantic import BaseModel, RootModel

from catalystindex.model.audit import AuditEntry, AuditReport
from catalystindex.model.chunk import Chunk
from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.generation import Generation, ReindexRequest
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.metadata import MetadataKeyType
from catalystindex.model.paging import MAX_PAGE, Page
from catalystindex.model.policy import PolicyInfo, PolicyList
from catalystindex.model.structure import DocumentStructure
from catalystindex.sdk.calls import Query, read, segment
from catalystindex.sdk.requests import validated
from catalystindex.sdk.sync.transport import Transport

Item = TypeVar("Item", bound=BaseModel)


class Generations(RootModel[list[Generation]]):
    """A listing of generations."""


class Resource:
    """What the families share: pages, and walking through all of them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _page(self, path: str, item: type[Item], query: Query) -> Page[Item]:
        response = self._transport.call("GET", path, query=query)
        return read(Page[item], response)  # type: ignore[valid-type]  # generic at run time

    def _all(
        self, path: str, item: type[Item], query: Query, cursor_name: str = "cursor"
    ) -> Iterator[Item]:
        cursor: str | None = None
        while True:
            page = self._page(path, item, {**query, "limit": MAX_PAGE, cursor_name: cursor})
            for one in page.items:
                yield one
            cursor = page.next_cursor
            if cursor is None:
                return


class KnowledgeBases(Resource):
    """Knowledge bases of the workspace."""

    def create(self, name: str, description: str = "") -> KnowledgeBase:
        """Make one. Raises `KnowledgeBaseExists`."""
        wanted = validated(KnowledgeBaseCreate, {"name": name, "description": description})
        response = self._transport.call("POST", "/knowledge-bases", body=wanted.model_dump())
        return read(KnowledgeBase, response)

    def get(self, name_or_id: str) -> KnowledgeBase:
        """Return one. Raises `KnowledgeBaseNotFound`."""
        response = self._transport.call("GET", f"/knowledge-bases/{segment(name_or_id)}")
        return read(KnowledgeBase, response)

    def page(self, cursor: str | None = None, limit: int = 50) -> Page[KnowledgeBase]:
        """Return one page, by name."""
        return self._page("/knowledge-bases", KnowledgeBase, {"cursor": cursor, "limit": limit})

    def all(self) -> Iterator[KnowledgeBase]:
        """Yield every one, by name."""
        return self._all("/knowledge-bases", KnowledgeBase, {})

    def metadata(self, name_or_id: str) -> Iterator[MetadataKeyType]:
        """Yield the metadata keys used in one with their types. Raises `KnowledgeBaseNotFound`."""
        path = f"/knowledge-bases/{segment(name_or_id)}/metadata"
        return self._all(path, MetadataKeyType, {})

    def delete(self, name_or_id: str) -> None:
        """Delete one with all its documents. Raises `KnowledgeBaseNotFound`."""
        self._transport.call("DELETE", f"/knowledge-bases/{segment(name_or_id)}")


class Documents(Resource):
    """Documents of the workspace."""

    def get(self, document_id: str) -> Document:
        """Return one. Raises `DocumentNotFound`."""
        response = self._transport.call("GET", f"/documents/{segment(document_id)}")
        return read(Document, response)

    def page(
        self,
        *,
        knowledge_base: str | None = None,
        status: DocumentStatus | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Document]:
        """Return one page, oldest first."""
        query = _filters(knowledge_base, status)
        return self._page("/documents", Document, {**query, "cursor": cursor, "limit": limit})

    def all(
        self, *, knowledge_base: str | None = None, status: DocumentStatus | None = None
    ) -> Iterator[Document]:
        """Yield every one, oldest first."""
        return self._all("/documents", Document, _filters(knowledge_base, status))

    def chunks(self, document_id: str) -> Iterator[Chunk]:
        """Yield the chunks that answer searches, in order. Raises `DocumentNotFound`."""
        return self._all(f"/documents/{segment(document_id)}/chunks", Chunk, {})

    def text(self, document_id: str, version_id: str | None = None) -> str:
        """Return the parsed text that the spans of a version's citations refer to.

        By default that of the version that answers searches. Raises `DocumentNotFound`.
        """
        path = f"/documents/{segment(document_id)}/text"
        return (self._transport.call("GET", path, query={"version": version_id})).text

    def structure(self, document_id: str, version_id: str | None = None) -> DocumentStructure:
        """Return sections, tables, figures and pages of a version, with their places.

        By default of the version that answers searches. Raises `DocumentNotFound`.
        """
        path = f"/documents/{segment(document_id)}/structure"
        response = self._transport.call("GET", path, query={"version": version_id})
        return read(DocumentStructure, response)

    def raw(self, document_id: str, version_id: str | None = None) -> bytes:
        """Return a version's bytes as they were ingested. Raises `DocumentNotFound`."""
        path = f"/documents/{segment(document_id)}/raw"
        return (self._transport.call("GET", path, query={"version": version_id})).content

    def delete(self, document_id: str) -> None:
        """Delete one with all its versions. Raises `DocumentNotFound`."""
        self._transport.call("DELETE", f"/documents/{segment(document_id)}")


class Policies(Resource):
    """Chunking policies: the product's, and the workspace's own."""

    def all(self) -> list[PolicyInfo]:
        """Return every one: the product's, then the workspace's."""
        return read(PolicyList, self._transport.call("GET", "/policies")).items

    def get(self, name: str) -> PolicyInfo:
        """Return the newest revision of one. Raises `PolicyNotFound`."""
        return read(PolicyInfo, self._transport.call("GET", f"/policies/{segment(name)}"))

    def validate(self, text: bytes) -> PolicyInfo:
        """Return a policy (YAML or JSON) as it is understood. Raises `InvalidPolicy`."""
        response = self._transport.call("POST", "/policies/validate", content=text, safe=True)
        return read(PolicyInfo, response)

    def put(self, name: str, text: bytes) -> PolicyInfo:
        """Store a policy (YAML or JSON) as the next revision of its name.

        Raises `InvalidPolicy`, and `PolicyReserved` for a name of the product.
        """
        response = self._transport.call("PUT", f"/policies/{segment(name)}", content=text)
        return read(PolicyInfo, response)

    def delete(self, name: str) -> None:
        """Delete one of the workspace. Raises `PolicyNotFound` and `PolicyReserved`."""
        self._transport.call("DELETE", f"/policies/{segment(name)}")


class Index(Resource):
    """The search index of the installation and its generations."""

    def generations(self) -> list[Generation]:
        """Return the newest hundred, newest first."""
        response = self._transport.call("GET", "/index/generations")
        return read(Generations, response).root

    def generation(self, number: int) -> Generation:
        """Return one, with its progress. Raises `GenerationNotFound`."""
        return read(Generation, self._transport.call("GET", f"/index/generations/{number}"))

    def reindex(
        self, *, policy: str | None = None, knowledge_bases: Sequence[str] = ()
    ) -> Generation:
        """Start a rebuild; everything stays searchable. Raises `ReindexUnderWay`."""
        values = {"policy": policy, "knowledge_bases": list(knowledge_bases)}
        wanted = validated(ReindexRequest, values)
        response = self._transport.call("POST", "/index/reindex", body=wanted.model_dump())
        return read(Generation, response)

    def rollback(self) -> Generation:
        """Go back to the generation before. Raises `GenerationNotFound`, `ReindexUnderWay`."""
        return read(Generation, self._transport.call("POST", "/index/rollback"))

    def cancel(self) -> Generation:
        """Give up the build under way. Raises `GenerationNotFound`."""
        return read(Generation, self._transport.call("POST", "/index/cancel"))

    def retire(self) -> Generation:
        """Drop the generation kept for a rollback. Raises `GenerationNotFound`."""
        return read(Generation, self._transport.call("POST", "/index/retire"))


class Audit(Resource):
    """The audit log of the workspace."""

    def all(self) -> Iterator[AuditEntry]:
        """Yield every entry in the order of the chain."""
        return self._all("/audit", AuditEntry, {}, cursor_name="after")

    def verify(self) -> AuditReport:
        """Walk the chain on the server and return what that found."""
        response = self._transport.call("GET", "/audit/verify")
        return read(AuditReport, response)


def _filters(knowledge_base: str | None, status: DocumentStatus | None) -> dict[str, str | None]:
    return {"knowledge_base": knowledge_base, "status": status.value if status else None}
