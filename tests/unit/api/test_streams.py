"""Streams that stay open are counted, however they end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from catalystindex.api.streams import IN_ALL, PER_WORKSPACE, CountedStream, Streams
from catalystindex.model.errors import TooManyStreams
from catalystindex.security.tenants import make_tenant

ANA = make_tenant("acme", "aml", "ana")
BEN = make_tenant("acme", "kyc", "ben")


def test_a_workspace_has_so_many_streams_and_another_has_its_own() -> None:
    streams = Streams()
    closed = [streams.opened(ANA) for _ in range(PER_WORKSPACE)]
    with pytest.raises(TooManyStreams):
        streams.opened(ANA)
    streams.opened(BEN)
    closed[0]()
    streams.opened(ANA)


def test_all_together_have_a_bound_too() -> None:
    streams = Streams()
    for number in range(IN_ALL):
        streams.opened(make_tenant("acme", f"w{number % 16}", "ana"))
    with pytest.raises(TooManyStreams):
        streams.opened(BEN)


def test_a_stream_that_breaks_before_its_first_event_is_counted_out() -> None:
    ended: list[bool] = []

    async def events() -> AsyncIterator[str]:
        yield "never"

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        raise OSError("gone")

    stream = CountedStream(events(), "text/event-stream", {}, lambda: ended.append(True))
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": []}
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever the framework makes of it
        asyncio.run(stream(scope, receive, send))
    assert ended == [True]
