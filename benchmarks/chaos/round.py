"""One round: the submissions of a plan on a fresh folder, with kills or without, to the end."""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.chaos.feed import BASE, Feed
from benchmarks.chaos.killer import Killer
from benchmarks.chaos.plan import Plan
from benchmarks.chaos.processes import left_behind
from benchmarks.chaos.scale import Scale
from benchmarks.chaos.state import (
    Items,
    Known,
    Point,
    documents_of,
    items_of_jobs,
    points_of,
    strays_of,
    vectors_of,
)
from benchmarks.chaos.watch import Watch
from catalystindex.security.tenants import make_tenant
from support.process import Server

WORKERS = 2
PAUSE = 0.2
FORESEEN = ("queue_server_died", "queue_unreachable")
"""What a server says at level error when its queue is killed."""
TENANT_KEY = make_tenant("acme", "aml", "ana").key
"""Of the clients that `support.process` makes."""


@dataclass
class Round:
    """What a round came to."""

    data: Path
    jobs: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    during: Counter[str] = field(default_factory=Counter)
    emptied: int = 0
    starts: list[float] = field(default_factory=list)
    outages: Mapping[str, list[float]] = field(default_factory=dict)
    refused: int = 0
    repeats: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    exit_codes: list[int] = field(default_factory=list)
    leftover: list[int] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    """Artifacts of nothing that is recorded, when the server had stopped."""
    documents: dict[str, Known] = field(default_factory=dict)
    items: Items | None = None
    audit: str = ""
    vectors: dict[str, str] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    """Errors in the log that no kill explains."""
    put_right: dict[str, int] = field(default_factory=dict)
    """What the last start found to put right (`stores_reconciled`)."""


def run_round(
    data: Path, plan: Plan, scale: Scale, settings: Mapping[str, str], patience: float
) -> Round:
    """Submit a plan, kill what the scale says, wait for the end, start once more and look."""
    found = Round(data)
    began = time.monotonic()
    start = partial(Server, data, **server_settings(settings))
    _work(found, plan, scale, start, patience)
    found.seconds = time.monotonic() - began
    time.sleep(PAUSE)
    found.leftover = left_behind(data)
    found.strays = strays_of(data)
    _look(found, start)
    time.sleep(PAUSE)
    found.leftover += left_behind(data)
    found.vectors = vectors_of(data, TENANT_KEY, found.documents)
    found.points = points_of(data)
    _read_log(found)
    return found


def server_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the server: a port for all its lives, two workers, short waits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return {
        "CATALYST_SERVER__PORT": port,
        "CATALYST_JOBS__WORKERS": str(WORKERS),
        "CATALYST_JOBS__BACKOFF": "0.2",
        **settings,
    }


def _work(
    found: Round, plan: Plan, scale: Scale, start: Callable[[], Server], patience: float
) -> None:
    watch = Watch(found.data, plan.total)
    killer = Killer(start, watch, scale, patience)
    try:
        with killer.server.client() as client, watch:
            client.knowledge_bases.create(BASE)
            with Feed(client, plan.jobs, watch, patience) as feed:
                killer.run()
            _await_end(watch, patience)
        found.exit_codes.append(killer.server.stop())
    finally:
        killer.server.process.kill()  # nothing, unless something above went wrong
    found.jobs, found.refused, found.repeats = feed.accepted, feed.refused, feed.repeats
    found.kills, found.during = killer.kills, killer.during
    found.emptied, found.starts = killer.emptied, killer.starts
    found.outages = watch.outages
    found.problems = [*feed.problems, *killer.problems]


def _await_end(watch: Watch, patience: float) -> None:
    deadline = time.monotonic() + patience
    watch.look()
    while watch.open and time.monotonic() < deadline:
        time.sleep(PAUSE)


def _look(found: Round, start: Callable[[], Server]) -> None:
    """Start the server once more, ask for everything, and stop it."""
    server = start()
    try:
        with server.client() as client:
            found.documents = documents_of(client)
            found.items = items_of_jobs(client, found.jobs)
            report = client.audit.verify()
            found.audit = "" if report.valid else str(report.problem)
    finally:
        found.exit_codes.append(server.stop())


def _read_log(found: Round) -> None:
    """Count what the server said in all its lives."""
    log = found.data.parent / f"{found.data.name}.log"
    for line in log.read_text("utf-8", "replace").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        event = str(told.get("event"))
        if told.get("level") == "error" and event not in FORESEEN:
            found.errors[event] += 1
        found.events[event] += 1
        if event == "document_tried_again_later":
            found.events[f"{event}: {told['code']} at {told['stage']}"] += 1
        if event == "stores_reconciled":
            found.put_right = {
                name: told[name]
                for name in ("removals", "orphan_versions", "restored_versions", "orphan_artifacts")
            }
