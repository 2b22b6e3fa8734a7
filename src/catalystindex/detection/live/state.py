"""The state of detection in all workspaces, and its way to disk and back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from catalystindex.detection.live.arrivals import Group
from catalystindex.detection.live.checkpoint import Checkpoint, Checkpoints, Kept, Positions
from catalystindex.detection.live.workspace import AlertSink, Appended, Workspace, Workspaces
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import CatalystError
from catalystindex.model.events.envelope import Event
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import restore_tenant
from catalystindex.telemetry.logs import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Workspaces in which detection has stopped at a defect."""

    workspaces: int
    error: str
    """The kind of the first error. Not its words: they may quote anybody's data."""


class LiveState:
    """Workspaces by tenant, and alerts that are still to be written."""

    def __init__(
        self, make: Callable[[], Workspaces], sink: AlertSink, checkpoints: Checkpoints
    ) -> None:
        self._make_workspaces, self._sink, self._checkpoints = make, sink, checkpoints
        self._number = 0
        self._reset()

    def _reset(self) -> None:
        self._tenants: dict[str, Tenant] = {}
        self._states: dict[str, Workspace] = {}
        self._changed: set[str] = set()
        self._kept: tuple[Kept, ...] = ()
        self._unwritten: dict[str, dict[str, AlertRecord]] = {}
        self._stopped: set[str] = set()
        self.trouble: Trouble | None = None
        """While there is any, the state is not whole and must not be put away."""

    @cached_property
    def _workspaces(self) -> Workspaces:
        """Made when the first event is there: the kernels take a moment to load."""
        return self._make_workspaces()

    @property
    def changed(self) -> bool:
        """Whether there is anything that the newest checkpoint has not."""
        return bool(self._changed)

    @property
    def is_open(self) -> bool:
        """Whether events wait for others that might come late."""
        return any(one.is_open for key, one in self._states.items() if key not in self._stopped)

    def take(self, groups: Iterable[Group]) -> None:
        """Hand groups of events to their workspaces, and keep the alerts for `flush`.

        A workspace in which detection meets a defect gets no more; the others do.
        """
        by_tenant: defaultdict[str, list[Appended]] = defaultdict(list)
        for group in groups:
            parts: defaultdict[str, list[Event]] = defaultdict(list)
            for arrival in group.arrivals:
                self._tenant(arrival.tenant, arrival.user)
                parts[arrival.tenant].append(arrival.event)
            for key, events in parts.items():
                by_tenant[key].append(Appended(group.instant, events))
        for key in sorted(by_tenant):
            self._changed.add(key)
            self._work(key, partial(self._states[key].take, by_tenant[key]))

    def close_open(self) -> None:
        """Have every workspace look at what waits."""
        for key in sorted(self._states):
            if key not in self._stopped and self._states[key].is_open:
                self._changed.add(key)
                self._work(key, self._states[key].close_open)

    def flush(self) -> None:
        """Write what is to be written. Raises transient errors: nothing is lost then."""
        for key in sorted(self._unwritten):
            alerts = list(self._unwritten[key].values())
            self._sink.write(self._tenants[key], alerts)
            del self._unwritten[key]

    def save(self, positions: Positions, committed: Positions) -> None:
        """Put everything that has changed away. Raises `WindowFileInvalid`."""
        known = {one.tenant: one for one in self._kept}
        kept = tuple(
            Kept(key, self._tenants[key].user, known[key].file if key in known else "")
            for key in sorted(self._states)
        )
        self._number += 1
        made = Checkpoint(self._workspaces.identity, self._number, positions, committed, kept)
        savers = {key: self._states[key].save for key in self._changed}
        self._kept = self._checkpoints.write(made, savers).workspaces
        self._changed.clear()

    def restore(self, committed: Mapping[int, int], ends: Mapping[int, int]) -> Positions | None:
        """Take over the newest checkpoint if it is of a committed position; tell where it is.

        ``ends`` is where the log ends: a checkpoint that stands beyond is not of this log.
        """
        self._reset()
        try:
            found = self._checkpoints.read()
            if found is None:
                return None
            self._number = found.number
            here = found.is_at(committed) and found.is_within(ends)
            if found.identity != self._workspaces.identity or not here:
                return None
            self._load(found)
        except CatalystError as error:
            log.warning("checkpoint_not_used", code=error.code, reason=error.detail)
            self._reset()
            return None
        return dict(found.positions)

    def drop(self) -> None:
        """Forget what is in memory: the checkpoint stands."""
        self._reset()

    def forget(self) -> None:
        """Forget everything, on disk too."""
        self._checkpoints.clear()
        self._reset()

    def _load(self, found: Checkpoint) -> None:
        for one in found.workspaces:
            tenant = restore_tenant(one.tenant, one.user)
            self._tenants[one.tenant] = tenant
            path = self._checkpoints.path_of(one)
            self._states[one.tenant] = self._workspaces.load(tenant, path)
        self._kept = found.workspaces

    def _tenant(self, key: str, user: str) -> None:
        if key not in self._tenants:
            self._tenants[key] = restore_tenant(key, user)
            self._states[key] = self._workspaces.make(self._tenants[key])

    def _work(self, key: str, work: Callable[[], Sequence[AlertRecord]]) -> None:
        """Do something in a workspace; after a defect its state is half of a step, and is left."""
        if key in self._stopped:
            return
        try:
            found = work()
        except MemoryError:  # of the process, not of the workspace
            raise
        except Exception as error:  # a defect: it is seen, and keeps nobody else from going on
            log.exception("detection_stopped", workspace=key)
            self._stopped.add(key)
            first = self.trouble.error if self.trouble else type(error).__name__
            self.trouble = Trouble(len(self._stopped), first)
        else:
            self._note(key, found)

    def _note(self, key: str, alerts: Sequence[AlertRecord]) -> None:
        """Keep the newest revision of each alert until it is written."""
        if alerts:
            waiting = self._unwritten.setdefault(key, {})
            waiting.update((alert.alert_id, alert) for alert in alerts)
