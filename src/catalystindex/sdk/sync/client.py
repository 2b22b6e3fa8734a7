# Made of sdk/aio/client.py by tools/unasync.py. Change that one, then run `make sync`.
"""The client."""

from collections.abc import Mapping, Sequence
from random import Random
from types import TracebackType
from typing import Self

import httpx

from catalystindex.model.errors import ConfigurationError
from catalystindex.model.filters import Condition
from catalystindex.model.health import Health, Readiness
from catalystindex.model.search import SearchResponse
from catalystindex.sdk.calls import CallInfo, OnCall, read
from catalystindex.sdk.connecting import DEFAULT_TIMEOUT, authorised, is_local
from catalystindex.sdk.requests import search_request
from catalystindex.sdk.retries import RETRIES, Retrying, Sleep, sleep
from catalystindex.sdk.sync.alerts import Alerts, Detectors
from catalystindex.sdk.sync.events import Events
from catalystindex.sdk.sync.graph import Graph
from catalystindex.sdk.sync.ingestion import Ingestion
from catalystindex.sdk.sync.jobs import DeadLetters, Jobs, Workers
from catalystindex.sdk.sync.resources import Audit, Documents, Index, KnowledgeBases, Policies
from catalystindex.sdk.sync.streams import Streams
from catalystindex.sdk.sync.transport import Transport
from catalystindex.sdk.telling import Telling


class Client(Ingestion):
    """Talks to one server as one tenant.

    ``timeout`` is the number of seconds to wait for an answer, ``socket`` the path of a Unix
    socket to use in place of TCP. Calls that fail on the way, or with 429, 502, 503 or 504, are
    repeated up to ``retries`` times where that can do no harm (0: never), with pauses that
    ``sleep`` makes and ``jitter`` spreads. ``on_call`` hears of every call that has ended.

    Every call raises the errors of `catalystindex.model.errors`; `Unavailable` when the server
    cannot be reached. Raises `ConfigurationError` for an address that is none and `InvalidToken`
    for a token that is none.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        socket: str | None = None,
        retries: int = RETRIES,
        on_call: OnCall | None = None,
        sleep: Sleep = sleep,
        jitter: Random | None = None,
    ) -> None:
        transport = httpx.HTTPTransport(uds=socket) if socket else None
        try:
            self._http = httpx.Client(
                base_url=url,
                headers=authorised(token),
                timeout=timeout,
                transport=transport,
                trust_env=not is_local(url),
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigurationError(f"{url!r} is no address of a server.") from error
        self._telling = Telling(on_call)
        self._transport = Transport(self._http, Retrying(retries, jitter), sleep, self._telling)
        self.jobs = Jobs(self._transport)
        self.dead_letters = DeadLetters(self._transport)
        self.workers = Workers(self._transport)
        self.knowledge_bases = KnowledgeBases(self._transport)
        self.documents = Documents(self._transport)
        self.policies = Policies(self._transport)
        self.index = Index(self._transport)
        self.events = Events(self._transport)
        self.streams = Streams(self._transport)
        self.graph = Graph(self._transport)
        self.alerts = Alerts(self._transport)
        self.detectors = Detectors(self._transport)
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

    @property
    def last_call(self) -> CallInfo | None:
        """The last call of this client that ended in this thread or task."""
        return self._telling.last

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
        request = search_request(
            query, knowledge_bases, filters, limit=limit, per_document=per_document,
            context=context, debug=debug,
        )  # fmt: skip
        response = self._transport.call("POST", "/search", body=request.model_dump(), safe=True)
        return read(SearchResponse, response)

    def debug_bundle(
        self,
        query: str,
        *,
        knowledge_bases: Sequence[str] = (),
        filters: Mapping[str, object] | Condition | None = None,
        limit: int = 10,
        per_document: int | None = None,
        context: int = 0,
    ) -> SearchResponse:
        """Return what `search` does, with the trace of every step.

        It is what to attach to a question about an answer.
        """
        return self.search(
            query, knowledge_bases=knowledge_bases, filters=filters, limit=limit,
            per_document=per_document, context=context, debug=True,
        )  # fmt: skip

    def health(self) -> Health:
        """Return whether the server answers."""
        return read(Health, self._transport.call("GET", "/health"))

    def ready(self) -> Readiness:
        """Return how the server's parts are; not being ready is an answer, not an error."""
        response = self._transport.call("GET", "/ready", accept=(503,))
        return read(Readiness, response)
