"""The families of the API: knowledge bases, documents, audit."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from catalystindex.model.audit import AuditEntry, AuditReport
from catalystindex.model.chunk import Chunk
from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.paging import MAX_PAGE, Page
from catalystindex.sdk.transport import Query, Transport, segment

Item = TypeVar("Item", bound=BaseModel)


class Resource:
    """What the families share: pages, and walking through all of them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _page(self, path: str, item: type[Item], query: Query) -> Page[Item]:
        response = self._transport.call("GET", path, query=query)
        return Page[item].model_validate_json(response.content)  # type: ignore[valid-type]  # generic at run time

    def _all(
        self, path: str, item: type[Item], query: Query, cursor_name: str = "cursor"
    ) -> Iterator[Item]:
        cursor: str | None = None
        while True:
            page = self._page(path, item, {**query, "limit": MAX_PAGE, cursor_name: cursor})
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return


class KnowledgeBases(Resource):
    """Knowledge bases of the workspace."""

    def create(self, name: str, description: str = "") -> KnowledgeBase:
        """Make one. Raises `KnowledgeBaseExists`."""
        wanted = KnowledgeBaseCreate(name=name, description=description)
        response = self._transport.call("POST", "/knowledge-bases", body=wanted.model_dump())
        return KnowledgeBase.model_validate_json(response.content)

    def get(self, name_or_id: str) -> KnowledgeBase:
        """Return one. Raises `KnowledgeBaseNotFound`."""
        response = self._transport.call("GET", f"/knowledge-bases/{segment(name_or_id)}")
        return KnowledgeBase.model_validate_json(response.content)

    def page(self, cursor: str | None = None, limit: int = 50) -> Page[KnowledgeBase]:
        """Return one page, by name."""
        return self._page("/knowledge-bases", KnowledgeBase, {"cursor": cursor, "limit": limit})

    def all(self) -> Iterator[KnowledgeBase]:
        """Yield every one, by name."""
        return self._all("/knowledge-bases", KnowledgeBase, {})

    def delete(self, name_or_id: str) -> None:
        """Delete one with all its documents. Raises `KnowledgeBaseNotFound`."""
        self._transport.call("DELETE", f"/knowledge-bases/{segment(name_or_id)}")


class Documents(Resource):
    """Documents of the workspace."""

    def get(self, document_id: str) -> Document:
        """Return one. Raises `DocumentNotFound`."""
        response = self._transport.call("GET", f"/documents/{segment(document_id)}")
        return Document.model_validate_json(response.content)

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

    def text(self, document_id: str) -> str:
        """Return the parsed text that spans refer to. Raises `DocumentNotFound`."""
        return self._transport.call("GET", f"/documents/{segment(document_id)}/text").text

    def raw(self, document_id: str) -> bytes:
        """Return the bytes as they were ingested. Raises `DocumentNotFound`."""
        return self._transport.call("GET", f"/documents/{segment(document_id)}/raw").content

    def delete(self, document_id: str) -> None:
        """Delete one with all its versions. Raises `DocumentNotFound`."""
        self._transport.call("DELETE", f"/documents/{segment(document_id)}")


class Audit(Resource):
    """The audit log of the workspace."""

    def all(self) -> Iterator[AuditEntry]:
        """Yield every entry in the order of the chain."""
        return self._all("/audit", AuditEntry, {}, cursor_name="after")

    def verify(self) -> AuditReport:
        """Walk the chain on the server and return what that found."""
        response = self._transport.call("GET", "/audit/verify")
        return AuditReport.model_validate_json(response.content)


def _filters(knowledge_base: str | None, status: DocumentStatus | None) -> dict[str, str | None]:
    return {"knowledge_base": knowledge_base, "status": status.value if status else None}
