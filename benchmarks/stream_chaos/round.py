"""One round: a plan on a fresh folder, with kills or without, then the mending of what is dead."""

import base64
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.chaos.processes import left_behind
from benchmarks.chaos.round import server_settings
from benchmarks.stream_chaos.feed import Feed, lag_of
from benchmarks.stream_chaos.plan import Plan
from benchmarks.stream_chaos.scale import Scale, chance
from benchmarks.stream_chaos.state import State, alerts_in, state_of
from catalystindex.config.streams import EventsSettings
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import CatalystError
from catalystindex.model.stream import ConsumerState
from catalystindex.sdk import Client
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from support.process import Server

GROUPS: Final = ("detect", "graph", "vectors")
PATIENT: Final = {
    "CATALYST_DETECTION__LATENESS": "43200",
    "CATALYST_DETECTION__IDLE": "3600",
}
"""Detection waits for whatever is displaced: which payments are late must not be a race."""
CLOSING: Final = {**PATIENT, "CATALYST_DETECTION__IDLE": "1"}
"""Nothing more comes: detection looks at what still waits."""
STILL: Final = 3.0
"""Seconds without a new alert after which none is expected."""
LOOK: Final = 0.05
LAST: Final = 0.95
TENANT = make_tenant("acme", "aml", "ana")


@dataclass
class Round:
    """What a round came to."""

    data: Path
    seconds: float = 0.0
    kills: int = 0
    during: int = 0
    """Kills while events waited."""
    starts: list[float] = field(default_factory=list)
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    states: dict[str, ConsumerState] = field(default_factory=dict)
    letters: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Group, code, how the data is written and data of each dead event, sorted."""
    open_after: int = -1
    """Dead events that are open after the mending."""
    audit: str = ""
    before: State | None = None
    after: State | None = None
    leftover: list[int] = field(default_factory=list)


def run_round(data: Path, plan: Plan, scale: Scale, kills: int, patience: float) -> Round:
    """Feed, kill, wait for the end, look; mend what is dead, wait, look again."""
    found, began = Round(data), time.monotonic()
    settings = server_settings(PATIENT)
    start = partial(Server, data, **settings)
    server = start()
    try:
        server = _storm(found, server, start, plan, scale, kills, patience)
        found.seconds = time.monotonic() - began
        server.stop()
        found.before = state_of(data, TENANT)
        server = start()
        with server.client() as client:
            _mend(client, plan, found)
            _settle(client, patience, found)
            found.open_after = sum(1 for _ in client.streams.dead_letters.all())
            report = client.audit.verify()
            found.audit = "" if report.valid else str(report.problem)
        server.stop()
        server = Server(data, **settings | CLOSING)
        _await_alerts(patience, found)
        server.stop()
    finally:
        server.process.kill()
    found.after = state_of(data, TENANT)
    found.leftover = left_behind(data)
    return found


def _storm(
    found: Round,
    server: Server,
    start: Callable[[], Server],
    plan: Plan,
    scale: Scale,
    kills: int,
    patience: float,
) -> Server:
    """Send everything while the owner is killed; what goes past the API comes between its lives."""
    moments = _moments(scale, kills)
    shares = _shares(plan.raw, len(moments) or 1)
    with server.client() as client, Feed(client, plan.lines, patience) as feed:
        total = len(plan.lines)
        for moment, share in zip(moments, shares, strict=False):
            if not _await(lambda at=moment: feed.sent >= at * total or feed.done, patience):  # type: ignore[misc]
                found.problems.append(f"{moment:.0%} was not reached")
            found.during += _waits(client)
            server.kill()
            found.kills += 1
            began = time.monotonic()
            put(found.data, share)
            server = start()
            found.starts.append(time.monotonic() - began)
        _await(lambda: feed.done, patience)
    if not moments:
        server.stop()
        put(found.data, plan.raw)
        server = start()
    with server.client() as client:
        _settle(client, patience, found)
        found.letters = letters_of(client)
    found.accepted, found.duplicates = feed.accepted, feed.duplicates
    found.rejected, found.refused = feed.rejected, feed.refused
    found.problems += [feed.problem] if feed.problem else []
    return server


def _moments(scale: Scale, kills: int) -> list[float]:
    drawn = chance(scale.seed, "moments")
    return [LAST * (n + drawn.random()) / kills for n in range(kills)]


def _shares(raw: Sequence[Message], parts: int) -> list[Sequence[Message]]:
    size = -(-len(raw) // parts)
    return [raw[n * size : (n + 1) * size] for n in range(parts)]


def put(data: Path, messages: Sequence[Message]) -> None:
    """Append to the log of a folder that nobody owns at the moment."""
    log = SqliteEventLog(data, EventsSettings().partitions, SystemClock())
    try:
        log.append(TENANT, list(messages))
    finally:
        log.close()


def _waits(client: Client) -> bool:
    try:
        return lag_of(client) > 0
    except CatalystError:
        return False


def _settle(client: Client, patience: float, found: Round) -> None:
    """Wait until every consumer has applied everything."""

    def over() -> bool:
        consumers = {one.group: one for one in client.streams.status().consumers}
        found.states = {group: consumers[group].state for group in GROUPS}
        stopped = ConsumerState.STOPPED in found.states.values()
        return stopped or all(consumers[group].lag == 0 for group in GROUPS)

    if not _await(over, patience):
        found.problems.append("consumers did not catch up in time")


def _await_alerts(patience: float, found: Round) -> None:
    """Wait until detection has looked at everything: alerts are there, and no more come."""
    seen, since = 0, time.monotonic()

    def over() -> bool:
        nonlocal seen, since
        now = alerts_in(found.data)
        if now != seen:
            seen, since = now, time.monotonic()
        return bool(seen) and time.monotonic() - since >= STILL

    if not _await(over, patience):
        found.problems.append("no alert has come")


def letters_of(client: Client) -> list[tuple[str, str, str, str]]:
    """Return the open dead events."""
    found = client.streams.dead_letters.all()
    return sorted((one.group, one.code, one.data_encoding, one.data) for one in found)


def _mend(client: Client, plan: Plan, found: Round) -> None:
    """Replay each dead event with the bytes that it should have had."""
    mended = {key_of(one.data): one.mended for one in plan.poison}
    for letter in list(client.streams.dead_letters.all()):
        right = mended.get((letter.data_encoding, letter.data))
        if right is None:
            found.problems.append(f"a dead event that was not sent: {letter.id}")
        else:
            client.streams.dead_letters.replay(letter.id, data=right.decode())


def key_of(data: bytes) -> tuple[str, str]:
    """Return how the API shows these bytes."""
    try:
        return "text", data.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(data).decode()


def _await(true: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK)
    return True
