# Made of sdk/aio/transport.py by tools/unasync.py. Change that one, then run `make sync`.
"""Sending calls: once, or again when that can help and does no harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Unpack

import httpx

from catalystindex.sdk.calls import API, REQUEST_ID, Call, CallOptions, UnderWay
from catalystindex.sdk.retries import Result, Retrying, Sleep
from catalystindex.sdk.sse import MEDIA_TYPE
from catalystindex.sdk.telling import Telling


class Transport:
    """Calls the API under `/v1` with a token."""

    def __init__(
        self, client: httpx.Client, retrying: Retrying, sleep: Sleep, telling: Telling
    ) -> None:
        self._client, self.retrying, self.sleep, self._telling = client, retrying, sleep, telling

    def call(self, method: str, path: str, **options: Unpack[CallOptions]) -> httpx.Response:
        """Return the response of a successful call, or of a status in ``accept``.

        Raises the typed error that the server answered, and `Unavailable` when it cannot be
        reached or does not answer in time; both after the attempts that `Retrying` allows.
        """
        call = Call(method, path, **options)
        under_way = UnderWay(call)
        while True:
            result = self._once(call, under_way)
            pause = self.retrying.pause(call, under_way.attempts, result)
            if pause is None:
                self._telling.tell(under_way.info(result))
                return under_way.ended(result)
            self.sleep(pause)

    def _once(self, call: Call, under_way: UnderWay) -> Result:
        under_way.attempts += 1
        try:
            return self._client.send(call.request(self._client, under_way.request_id))
        except httpx.RequestError as error:
            return error

    @contextmanager
    def stream(self, path: str, last_id: str, silence: float) -> Iterator[httpx.Response]:
        """Open a stream of events after ``last_id`` ("" for all); one attempt.

        ``silence`` is the number of seconds without a byte after which the stream counts as
        broken. Raises the error that the server answered; `httpx.RequestError` for a connection
        that fails, then or while the stream is read.
        """
        headers = {"Accept": MEDIA_TYPE, "Cache-Control": "no-store"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        under_way = UnderWay(Call("GET", path))
        under_way.attempts = 1
        headers[REQUEST_ID] = under_way.request_id
        limits = httpx.Timeout(self._client.timeout.connect, read=silence)
        with self._client.stream("GET", API + path, headers=headers, timeout=limits) as response:
            self._telling.tell(under_way.info(response))
            if not response.is_success:
                response.read()
            yield under_way.ended(response)
