"""The synchronous client."""

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from catalystindex.model.document import Document, Metadata
from catalystindex.model.errors import ConfigurationError, InvalidToken
from catalystindex.model.filter_json import parse_filters
from catalystindex.model.filters import Condition
from catalystindex.model.health import Health, Readiness
from catalystindex.model.search import SearchRequest, SearchResponse
from catalystindex.sdk.requests import validated
from catalystindex.sdk.resources import Audit, Documents, Index, KnowledgeBases, Policies
from catalystindex.sdk.transport import Transport, read

DEFAULT_TIMEOUT = 180.0


class Client:
    """Talks to one server as one tenant.

    ``socket`` is the path of a Unix socket to use in place of TCP. Every call raises the errors
    of `catalystindex.model.errors`; `Unavailable` when the server cannot be reached. Raises
    `ConfigurationError` for an address that is none and `InvalidToken` for a token that is none.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        socket: str | None = None,
    ) -> None:
        transport = httpx.HTTPTransport(uds=socket) if socket else None
        try:
            self._http = httpx.Client(
                base_url=url,
                headers=_headers(token),
                timeout=timeout,
                transport=transport,
                trust_env=not _is_local(url),
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigurationError(f"{url!r} is no address of a server.") from error
        self._transport = Transport(self._http)
        self.knowledge_bases = KnowledgeBases(self._transport)
        self.documents = Documents(self._transport)
        self.policies = Policies(self._transport)
        self.index = Index(self._transport)
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
        policy: str | None = None,
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
            "policy": policy,
        }
        response = self._transport.call("POST", "/ingest", query={"wait": wait}, body=body)
        return read(Document, response)

    def upload(
        self,
        knowledge_base: str,
        data: bytes,
        filename: str,
        *,
        key: str | None = None,
        title: str | None = None,
        metadata: Metadata | None = None,
        policy: str | None = None,
        wait: bool = True,
    ) -> Document:
        """Ingest a file. With ``wait`` it is searchable when this returns.

        Raises the `DocumentError` that says why a document cannot be used.
        """
        given = {"knowledge_base": knowledge_base, "key": key, "title": title, "policy": policy}
        form = {name: value for name, value in given.items() if value is not None}
        form["metadata"] = json.dumps(metadata or {})
        response = self._transport.call(
            "POST", "/ingest/upload", query={"wait": wait}, form=form, file=(filename, data)
        )
        return read(Document, response)

    def search(
        self,
        query: str,
        *,
        knowledge_bases: Sequence[str] = (),
        filters: Mapping[str, object] | Condition | None = None,
        limit: int = 10,
        per_document: int | None = None,
        context: int = 0,
        debug: bool = False,
    ) -> SearchResponse:
        """Return ranked, cited passages.

        ``per_document`` bounds the hits of one document; ``context`` is the number of passages
        shown on each side of a hit, at most 3.
        ``filters`` is the filter language in its JSON form (`docs/how-to/filters.md`); a malformed
        one raises `InvalidRequest` with its place before anything is sent.
        """
        values = {
            "query": query,
            "knowledge_bases": list(knowledge_bases),
            "filters": filters if isinstance(filters, Condition) else parse_filters(filters or {}),
            "limit": limit,
            "per_document": per_document,
            "context": context,
            "debug": debug,
        }
        request = validated(SearchRequest, values)
        response = self._transport.call("POST", "/search", body=request.model_dump())
        return read(SearchResponse, response)

    def health(self) -> Health:
        """Return whether the server answers."""
        return read(Health, self._transport.call("GET", "/health"))

    def ready(self) -> Readiness:
        """Return how the server's parts are; not being ready is an answer, not an error."""
        response = self._transport.call("GET", "/ready", accept=(503,))
        return read(Readiness, response)


def _is_local(url: str) -> bool:
    """Tell whether a server is on this machine: no proxy of the environment is to see its token."""
    return (urlsplit(url).hostname or "") in ("localhost", "127.0.0.1", "::1", "catalystindex")


def _headers(token: str | None) -> dict[str, str]:
    if not token or not token.strip():
        return {}
    clean = token.strip()
    if not (clean.isascii() and clean.isprintable()) or " " in clean:
        # Said without quoting it: a token belongs in no message.
        raise InvalidToken("The access token holds characters that no token has.")
    return {"Authorization": f"Bearer {clean}"}
