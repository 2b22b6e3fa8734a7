"""What is killed when: moments chosen by the seed, spread over the run, each while work goes on."""

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from benchmarks.chaos.processes import busy_worker
from benchmarks.chaos.scale import Scale, chance
from benchmarks.chaos.watch import Watch
from catalystindex.stores.queue.open import FOLDER
from catalystindex.stores.queue.valkey_files import ValkeyFolder
from support.process import Server, is_alive

LAST = 0.93
"""Share of the work after which nothing is killed any more: something must be left to kill in."""
MARK = "chaos-mark"
"""A key that is gone when a queue came back empty."""
BACK = 20.0
"""Seconds in which a queue that was killed has to answer again."""
LOOK = 0.02


@dataclass(frozen=True)
class Moment:
    """A kill and the share of the work that is to be done before it."""

    after: float
    kind: str


def moments(scale: Scale) -> list[Moment]:
    """Return every kill, one in each of as many equal parts of the run."""
    drawn = chance(scale.seed, "moments")
    kinds = ["worker"] * scale.worker_kills + ["owner"] * scale.owner_kills
    kinds += ["queue"] * scale.queue_kills
    drawn.shuffle(kinds)
    part = LAST / max(1, len(kinds))
    return [Moment((n + drawn.random()) * part, kind) for n, kind in enumerate(kinds)]


class Killer:
    """Carries the kills out. `server` is always the one that runs, or ran last."""

    def __init__(
        self, start: Callable[[], Server], watch: Watch, scale: Scale, patience: float
    ) -> None:
        self._start, self._watch, self._scale = start, watch, scale
        self._deadline = time.monotonic() + patience
        self.server = start()
        self.kills: Counter[str] = Counter()
        self.during: Counter[str] = Counter()
        """Kills at which documents were in work."""
        self.emptied = 0
        self.starts: list[float] = []
        """Seconds each restart of the owner took."""
        self.problems: list[str] = []

    def run(self) -> None:
        """Kill everything that is to be killed, or note what was not to be had in time."""
        for moment in moments(self._scale):
            if not self._await(partial(self._has_come, moment)):
                self.problems.append(f"no {moment.kind} was killed at {moment.after:.0%}")
                continue
            strike = {"worker": self._worker, "owner": self._owner, "queue": self._queue}
            if not strike[moment.kind]():
                self.problems.append(f"no {moment.kind} was at work at {moment.after:.0%}")

    def _has_come(self, moment: Moment) -> bool:
        return self._watch.progress >= moment.after

    def _worker(self) -> bool:
        """Kill a compute worker that is at work on a document."""
        victims: list[int] = []

        def found() -> bool:
            pid = busy_worker(self.server.children())
            if pid is not None and self._watch.in_work("compute"):
                victims.append(pid)
            return bool(victims)

        if not self._await(found):
            return False
        items = self._watch.in_work("compute")
        os.kill(victims[-1], signal.SIGKILL)
        self._count("worker", bool(items))
        self._watch.struck("worker", items)
        return True

    def _owner(self) -> bool:
        """Kill the server while documents are in work, and start it again on its folder."""
        if not self._await(lambda: bool(self._watch.in_work("compute"))):
            return False
        children = self.server.children()
        with self._watch.away():
            items = self._watch.in_work()
            self.server.kill()
            began = time.monotonic()
            self._count("owner", bool(items))
            self._watch.struck("owner", items)
            if not self._await(lambda: not any(map(is_alive, children))):
                self.problems.append("children of a killed owner live on")
            self.server = self._start()
            self.starts.append(time.monotonic() - began)
        return True

    def _queue(self) -> bool:
        """Kill the queue and take away what it stored, so that it comes back empty."""
        if not self._await(lambda: bool(self._watch.in_work())):
            return False
        folder = ValkeyFolder(self.server.data / FOLDER)
        pid = int(folder.pid.read_text("ascii"))
        with _talk(self.server.data) as redis:
            redis.set(MARK, "1")
        items = self._watch.in_work()
        os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder.stored)
        self._count("queue", bool(items))
        self._see_empty()
        return True

    def _see_empty(self) -> None:
        seen: list[bool] = []

        def answers() -> bool:
            try:
                with _talk(self.server.data) as redis:
                    seen.append(not redis.exists(MARK))
            except (RedisError, OSError):
                return False
            return True

        end = time.monotonic() + BACK
        while not answers():
            if time.monotonic() > end:
                self.problems.append("a killed queue did not come back")
                return
            time.sleep(LOOK)
        self.emptied += seen[-1]

    def _count(self, kind: str, during: bool) -> None:
        self.kills[kind] += 1
        self.during[kind] += during

    def _await(self, true: Callable[[], bool]) -> bool:
        while not true():
            if time.monotonic() > self._deadline or self._over():
                return False
            time.sleep(LOOK)
        return True

    def _over(self) -> bool:
        """Tell whether everything has ended, so that waiting for work has no end."""
        return self._watch.progress >= 1.0


@contextmanager
def _talk(data: Path) -> Iterator[Redis]:
    place = data / FOLDER / "valkey.socket-path"
    socket = os.fsdecode(place.read_bytes())
    with closing(Redis(unix_socket_path=socket, socket_timeout=2)) as redis:
        yield redis
