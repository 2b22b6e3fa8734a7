"""The desk of a worker elsewhere: the owner's, over HTTP."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec

from catalystindex.documents.tasks import StageTask
from catalystindex.jobs.desk import Assignment, Failure, Report, Ticket
from catalystindex.jobs.messages import (
    BeatCall,
    ClaimCall,
    GiveUpCall,
    HelloCall,
    Kept,
    PutBackCall,
    ReportCall,
    Welcome,
)
from catalystindex.model.errors import CatalystError, Unavailable
from catalystindex.sdk.calls import API, error_of
from catalystindex.sdk.connecting import authorised, is_local

NO_CONTENT = 204
PAUSE = 1.0
"""Seconds between two tries to bring a result back."""
TIMEOUT = 60.0
"""Seconds for one answer: after the last stage the owner indexes before it answers."""
TOKEN_AGE = 300.0
"""Seconds that a token is used."""

Body = TypeVar("Body")


class RemoteDesk:
    """A `Desk` that threads share. Raises `Unavailable` when the owner cannot be reached."""

    def __init__(
        self,
        where: Callable[[], str],
        token: Callable[[], str],
        patience: float,
        stopping: threading.Event,
    ) -> None:
        self._where, self._token, self._signed_at = where, token, -TOKEN_AGE
        url = where()
        self._http = httpx.Client(
            base_url=url,
            headers={"Content-Type": "application/msgpack"},
            timeout=TIMEOUT,
            trust_env=not is_local(url),
        )
        self.patience, self._stopping = patience, stopping
        """Seconds that a result is tried to be brought back: as long as its lease may live."""

    def hello(self, call: HelloCall) -> Welcome:
        """Say that a worker lives; return what it needs."""
        return _read(self._send("hello", call), Welcome)

    def goodbye(self, worker: str) -> None:
        """Say that a worker ends."""
        self._send("goodbye", ClaimCall(worker))

    def claim(self, worker: str) -> Assignment | None:
        """Return a document that is due, leased to the worker; None if there is none."""
        answer = self._send("claim", ClaimCall(worker))
        return None if answer.status_code == NO_CONTENT else _read(answer, Assignment)

    def beat(self, ticket: Ticket, progress: tuple[int, int] | None) -> bool:
        """Say that the work goes on; False if it is not wanted any more."""
        return _read(self._send("beat", BeatCall(ticket, progress)), Kept).wanted

    def report(self, ticket: Ticket, report: Report) -> StageTask | None:
        """Commit a stage; return the next one. Raises `LeaseLost`.

        Doing it twice does no more than doing it once, so a lost answer is asked for again.
        """
        answer = self._insist("report", ReportCall(ticket, report))
        if answer.status_code == NO_CONTENT:
            return None
        task: StageTask = _read(answer, StageTask)  # type: ignore[arg-type]  # a tagged union
        return task

    def give_up(self, ticket: Ticket, failure: Failure) -> None:
        """Say that a stage failed. Raises `LeaseLost`."""
        self._insist("give-up", GiveUpCall(ticket, failure))

    def put_back(self, ticket: Ticket) -> None:
        """Give a document back untouched. Raises `LeaseLost`."""
        self._send("put-back", PutBackCall(ticket))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _insist(self, path: str, call: msgspec.Struct) -> httpx.Response:
        """Send, and send again while the owner is out of reach: it may be starting anew."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return self._send(path, call)
            except Unavailable:
                if self._stopping.is_set() or time.monotonic() >= deadline:
                    raise
                self._stopping.wait(PAUSE)

    def _send(self, path: str, call: msgspec.Struct) -> httpx.Response:
        self._keep_authorised()
        try:
            answer = self._http.post(f"{API}/work/{path}", content=msgspec.msgpack.encode(call))
        except httpx.RequestError as error:
            self._http.base_url = self._where()  # it may have started anew at another port
            raise Unavailable(f"The server cannot be reached: {type(error).__name__}.") from error
        if answer.is_success:
            return answer
        raise error_of(answer)

    def _keep_authorised(self) -> None:
        """Take a token while the last one is still good: a worker lives longer than it."""
        if time.monotonic() - self._signed_at >= TOKEN_AGE:
            self._signed_at = time.monotonic()
            self._http.headers.update(authorised(self._token()))


def _read(answer: httpx.Response, kind: type[Body]) -> Body:
    try:
        return msgspec.msgpack.decode(answer.content, type=kind)
    except msgspec.DecodeError as error:
        raise CatalystError("The server is of another version than this worker.") from error
