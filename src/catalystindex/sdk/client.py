"""The synchronous client."""

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from catalystindex.model.document import Document, Metadata
from catalystindex.model.health import Health, Readiness
from catalystindex.model.search import FilterValue, SearchRequest, SearchResponse
from catalystindex.sdk.resources import Audit, Documents, KnowledgeBases
from catalystindex.sdk.transport import Transport

DEFAULT_TIMEOUT = 180.0


class Client:
    """Talks to one server as one tenant.

    ``socket`` is the path of a Unix socket to use in place of TCP. Every call raises the errors
    of `catalystindex.model.errors`; `Unavailable` when the server cannot be reached.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        socket: str | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=timeout,
            transport=httpx.HTTPTransport(uds=socket) if socket else None,
        )
        self._transport = Transport(self._http)
        self.knowledge_bases = KnowledgeBases(self._transport)
        self.documents = Documents(self._transport)
        self.audit = Audit(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ingest(
        self,
        knowledge_base: str,
        content: str,
        *,
        filename: str = "document.txt",
        key: str | None = None,
        title: str | None = None,
        metadata: Mapping[str, object] | None = None,
        wait: bool = True,
    ) -> Document:
        """Ingest a text. With ``wait`` it is searchable when this returns.

        Raises the `DocumentError` that says why a document cannot be used.
        """
        body = {
            "knowledge_base": knowledge_base,
            "content": content,
            "filename": filename,
            "key": key,
            "title": title,
            "metadata": dict(metadata or {}),
        }
        response = self._transport.call("POST", "/ingest", query={"wait": wait}, body=body)
        return Document.model_validate_json(response.content)

    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = None,
        title: str | None = None,
        metadata: Metadata | None = None,
        wait: bool = True,
    ) -> Document:
        """Ingest a file. With ``wait`` it is searchable when this returns.

        Raises the `DocumentError` that says why a document cannot be used.
        """
        given = {"knowledge_base": knowledge_base, "key": key, "title": title}
        form = {name: value for name, value in given.items() if value is not None}
        form["metadata"] = json.dumps(metadata or {})
        response = self._transport.call(
            "POST", "/ingest/upload", query={"wait": wait}, form=form, file=(filename, data)
        )
        return Document.model_validate_json(response.content)

    def search(
        self,
        query: str,
        *,
        knowledge_bases: Sequence[str] = (),
        filters: Mapping[str, FilterValue] | None = None,
        limit: int = 10,
        debug: bool = False,
    ) -> SearchResponse:
        """Return ranked, cited passages."""
        request = SearchRequest(
            query=query,
            knowledge_bases=list(knowledge_bases),
            filters=dict(filters or {}),
            limit=limit,
            debug=debug,
        )
        response = self._transport.call("POST", "/search", body=request.model_dump())
        return SearchResponse.model_validate_json(response.content)

    def health(self) -> Health:
        """Return whether the server answers."""
        return Health.model_validate_json(self._transport.call("GET", "/health").content)

    def ready(self) -> Readiness:
        """Return how the server's parts are; not being ready is an answer, not an error."""
        response = self._transport.call("GET", "/ready", accept=(503,))
        return Readiness.model_validate_json(response.content)
