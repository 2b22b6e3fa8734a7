"""The path from older schemas of events to the current one.

A release that changes a kind raises `SCHEMA_VERSION` and registers one step for each kind that
changed. Events in the log stay as they were written; they are upgraded when they are read.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from catalystindex.model.event_errors import EventInvalid, SchemaUnknown
from catalystindex.model.events.envelope import KINDS, SCHEMA_VERSION

Raw = dict[str, Any]
"""An event as JSON has it."""

Step = Callable[[Raw], Raw]
"""Takes an event of one schema version and returns it in the next; must not change its input."""


class Upgrades:
    """Steps from one schema version to the next, by kind; a kind without one did not change."""

    def __init__(
        self, steps: Mapping[tuple[str, int], Step], current: int = SCHEMA_VERSION
    ) -> None:
        """Take ``steps`` by kind and the version they start from."""
        self._steps = dict(steps)
        self._current = current

    def apply(self, raw: Raw, version: int) -> Raw:
        """Return the event of schema ``version`` in the current schema.

        Raises `SchemaUnknown` for a version above the current one, below 1, or an unknown kind;
        `EventInvalid` where a step finds the event not to be of its version.
        """
        kind = raw.get("kind")
        if not 1 <= version <= self._current:
            raise SchemaUnknown(
                f"schema version {version}; this release knows 1 to {self._current}",
                schema_version=version,
            )
        if kind not in KINDS and (kind, version) not in self._steps:
            raise SchemaUnknown(f"kind {str(kind)[:40]!r} is not known")
        for start in range(version, self._current):
            raw = self._step(raw, start)
        return {**raw, "schema_version": self._current}

    def _step(self, raw: Raw, start: int) -> Raw:
        step = self._steps.get((str(raw["kind"]), start))
        if step is None:
            return raw
        try:
            return step(raw)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise EventInvalid(f"this is no event of schema {start}: {error}") from None


UPGRADES: Final = Upgrades({})
"""The steps of this release: schema 1 is the first."""
