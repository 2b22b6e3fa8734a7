"""Threads for what takes long: ingesting and deleting must never take the threads of searches."""

import os
from collections.abc import Callable
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread

from catalystindex.model.tenant import Tenant

INGEST_THREADS = 8
WATCH_THREADS = 2
BEAT_THREADS = 2
EVENT_THREADS = 8
"""Each holds the events of a request; the log takes one batch at a time anyway."""
GRAPH_THREADS = 6
SHARE = 2
"""A workspace has at most this part of them: what others ask waits for no end of its questions."""
SEARCH_THREADS = 2 * (os.cpu_count() or 1)
"""The embedded engine holds Python's lock: more threads than these only make each other wait."""

_limiter: dict[str, CapacityLimiter] = {}
_shares: WeakValueDictionary[tuple[str, str], CapacityLimiter] = WeakValueDictionary()

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def on_ingest_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on one of the few threads that ingesting and deleting share."""
    return await _on("ingest", INGEST_THREADS, partial(work, *args, **kwargs))


async def on_watch_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on one of the threads that those who follow jobs share."""
    return await _on("watch", WATCH_THREADS, partial(work, *args, **kwargs))


async def on_work_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on one of the threads that workers elsewhere share."""
    return await _on("work", INGEST_THREADS, partial(work, *args, **kwargs))


async def on_beat_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on a thread for signs of life: they must not wait for who indexes a document."""
    return await _on("beat", BEAT_THREADS, partial(work, *args, **kwargs))


async def on_search_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on one of the threads that searches have to themselves, first come first."""
    return await _on("search", SEARCH_THREADS, partial(work, *args, **kwargs))


async def on_event_thread(
    work: Callable[Concatenate[Tenant, Arguments], Result],
    tenant: Tenant,
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run ``work`` on one of the threads that take events and look after their stream."""
    async with _share("event", tenant, EVENT_THREADS // SHARE):
        return await _on("event", EVENT_THREADS, partial(work, tenant, *args, **kwargs))


async def on_graph_thread(
    work: Callable[Concatenate[Tenant, Arguments], Result],
    tenant: Tenant,
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Result:
    """Run ``work`` on one of the threads that questions to the graph share."""
    async with _share("graph", tenant, GRAPH_THREADS // SHARE):
        return await _on("graph", GRAPH_THREADS, partial(work, tenant, *args, **kwargs))


def _share(threads: str, tenant: Tenant, number: int) -> CapacityLimiter:
    """Return what lets in so many calls of a workspace; it is there as long as one has it."""
    return _shares.setdefault((threads, tenant.key), CapacityLimiter(number))


async def _on(threads: str, number: int, work: Callable[[], Result]) -> Result:
    limiter = _limiter.setdefault(threads, CapacityLimiter(number))
    return await to_thread.run_sync(work, limiter=limiter)
