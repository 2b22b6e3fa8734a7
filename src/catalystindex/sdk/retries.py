"""Which calls are sent again, and when: exponential backoff with jitter, or as the server asks."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random

import httpx

from catalystindex.sdk.calls import Call, retry_after

RETRIES = 3
"""Attempts after the first one, by default."""

FIRST_PAUSE = 0.25
"""Seconds before the second attempt, before jitter; doubles with each further one."""

MAX_PAUSE = 8.0
"""Seconds of the longest pause that nobody asked for."""

MAX_RETRY_AFTER = 60.0
"""Seconds that a server may ask for; a call that is to wait longer fails at once instead."""

RETRIED_STATUSES = frozenset({429, 502, 503, 504})

RETRIED_ERRORS = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
"""The connection failed. Not here: an answer that did not come in the time the caller gave."""

Sleep = Callable[[float], None]
AsyncSleep = Callable[[float], Awaitable[None]]
Result = httpx.Response | httpx.RequestError


def sleep(seconds: float) -> None:
    """Pause a thread."""
    time.sleep(seconds)


async def async_sleep(seconds: float) -> None:
    """Pause a task."""
    await asyncio.sleep(seconds)


class Retrying:
    """Says whether a call is sent again and after what pause.

    ``retries`` bounds the attempts after the first one; ``jitter`` spreads clients that failed
    together: a pause is between half and all of its length.
    """

    def __init__(self, retries: int = RETRIES, jitter: Random | None = None) -> None:
        self.retries = retries
        self._jitter = jitter or Random()  # noqa: S311  # spreads load, keeps no secret

    def pause(self, call: Call, attempts: int, result: Result) -> float | None:
        """Return the seconds until ``call`` is sent again; None when that is not to be."""
        if attempts > self.retries or not call.repeatable:
            return None
        if not isinstance(result, httpx.Response):
            return self.backoff(attempts) if isinstance(result, RETRIED_ERRORS) else None
        if result.status_code not in RETRIED_STATUSES or result.status_code in call.accept:
            return None
        asked = retry_after(result)
        if asked is None:
            return self.backoff(attempts)
        return asked if asked <= MAX_RETRY_AFTER else None

    def backoff(self, attempts: int, first: float = FIRST_PAUSE) -> float:
        """Return the pause after so many attempts that failed."""
        longest = min(first * 2.0 ** min(attempts - 1, 16), max(first, MAX_PAUSE))
        return longest * self._jitter.uniform(0.5, 1.0)
