"""One workspace's calls leave threads to others."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from catalystindex.api.threads import (
    EVENT_THREADS,
    GRAPH_THREADS,
    on_event_thread,
    on_graph_thread,
)
from catalystindex.model.tenant import Tenant
from support.stores import ANA, BEA

OnThread = Callable[[Callable[[Tenant], str], Tenant], Awaitable[str]]


@pytest.mark.parametrize(
    ("on_thread", "threads"), [(on_event_thread, EVENT_THREADS), (on_graph_thread, GRAPH_THREADS)]
)
def test_a_flood_from_one_workspace_does_not_hold_up_another(
    on_thread: OnThread, threads: int
) -> None:
    released = threading.Event()

    def slow(tenant: Tenant) -> str:
        assert released.wait(10)
        return tenant.key

    async def flood() -> None:
        waiting = [asyncio.ensure_future(on_thread(slow, ANA)) for _ in range(3 * threads)]
        try:
            await asyncio.sleep(0.05)
            other = on_thread(lambda tenant: tenant.key, BEA)
            assert await asyncio.wait_for(other, 2) == BEA.key
        finally:
            released.set()
        assert await asyncio.gather(*waiting) == [ANA.key] * 3 * threads

    asyncio.run(flood())
