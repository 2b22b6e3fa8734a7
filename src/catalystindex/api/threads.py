"""Threads for what takes long: ingesting and deleting must never take the threads of searches."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

INGEST_THREADS = 8

_limiter: dict[str, CapacityLimiter] = {}

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def on_ingest_thread(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run ``work`` on one of the few threads that ingesting and deleting share."""
    limiter = _limiter.setdefault("ingest", CapacityLimiter(INGEST_THREADS))
    return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=limiter)
