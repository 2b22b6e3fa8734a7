"""What the stage asks of the state of one workspace, and of where alerts go."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.events.envelope import Event
from catalystindex.model.tenant import Tenant


class Appended(NamedTuple):
    """Events of one workspace that were appended at one instant."""

    instant: int
    events: Sequence[Event]


class Workspace(Protocol):
    """Detection in one workspace."""

    def take(self, groups: Sequence[Appended]) -> list[AlertRecord]:
        """Take what was appended, in order; return alerts that are new or changed."""
        ...

    def close_open(self) -> list[AlertRecord]:
        """Look at what still waits for events that might come late."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether something waits."""
        ...

    def save(self, path: Path) -> None:
        """Put the state into a file, which need not be on disk yet. Raises `OSError`."""
        ...


class Workspaces(Protocol):
    """Makes the state of a workspace."""

    identity: str
    """Of detectors, parameters and settings."""

    def make(self, tenant: Tenant) -> Workspace:
        """Return one that has seen nothing."""
        ...

    def load(self, tenant: Tenant, path: Path) -> Workspace:
        """Return one as it was saved. Raises `WindowFileInvalid`."""
        ...


class AlertSink(Protocol):
    """Where alerts are kept."""

    def write(self, tenant: Tenant, alerts: Sequence[AlertRecord]) -> None:
        """Write alerts; writing the same again changes nothing. Raises transient errors."""
        ...
