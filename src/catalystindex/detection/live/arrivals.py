"""Events in the order in which they were appended, from partitions that are read one by one.

What is late depends on what was appended before, so events must be looked at in the order of the
log as a whole. Records of one append carry one instant and are handed on together. Partitions are
read up to ends that were seen at one moment (`EventLog.ends`), so that of no append only a part is
known: what was appended before the earliest instant up to which every partition has been read is
complete.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from catalystindex.model.events.envelope import Event
from catalystindex.stores.eventlog.base import EventLog, Record

Instant = int
"""When records were appended, in microseconds since 1970."""


class Arrival(NamedTuple):
    """An event, whose it is, and where it stands in its partition."""

    tenant: str
    user: str
    event: Event
    offset: int


class Group(NamedTuple):
    """What was appended at one instant, in order of partition and offset."""

    instant: Instant
    arrivals: list[Arrival]


class Arrivals:
    """Reads partitions, and gives out what is complete."""

    def __init__(self, log: EventLog, batch: int) -> None:
        self._log, self._batch = log, batch
        self._at: dict[int, int] = {}
        self._ends: Mapping[int, int] = {}
        self._reached: dict[int, Instant] = {}
        """When the last record was appended that was read of each partition."""
        self._waiting: defaultdict[Instant, dict[int, list[Arrival]]] = defaultdict(dict)

    @property
    def positions(self) -> dict[int, int]:
        """Offset of the next record to be read of each partition."""
        return dict(self._at)

    @property
    def settled(self) -> dict[int, int]:
        """Offset after what was given out, by partition: where to begin after a restart."""
        found = dict(self._at)
        for parts in self._waiting.values():
            for partition, group in parts.items():
                found[partition] = min(found[partition], group[0].offset)
        return found

    def begin(self, positions: Mapping[int, int]) -> None:
        """Start over at these positions."""
        self._at, self._ends = dict(positions), {}
        self._reached.clear()
        self._waiting.clear()

    def read(self, partition: int) -> list[Record]:
        """Return the next records of a partition, none where it has been read to the known end.

        The caller decodes them and hands in what they hold with `add`.
        """
        if not self._known(partition):
            return []
        left = self._ends[partition] - self._at[partition]
        records = self._log.read(partition, self._at[partition], min(self._batch, left))
        self._at[partition] = records[-1].offset + 1
        self._reached[partition] = records[-1].appended_at
        return records

    def add(self, record: Record, event: Event) -> None:
        """Hand in the event of a record that was read."""
        group = self._waiting[record.appended_at].setdefault(record.partition, [])
        group.append(Arrival(record.tenant, record.user, event, record.offset))

    def complete(self) -> list[Group]:
        """Return what was appended at instants of which everything is known, in order."""
        known = self._complete_before()
        instants = sorted(one for one in self._waiting if known is None or one < known)
        return [_in_order(one, self._waiting.pop(one)) for one in instants]

    def _known(self, partition: int) -> bool:
        """Tell whether a record is there to be read; look at the ends again where all were."""
        if self._at[partition] < self._ends.get(partition, 0):
            return True
        if any(self._at[one] < end for one, end in self._ends.items()):
            return False
        self._ends = self._log.ends()
        return self._at[partition] < self._ends[partition]

    def _complete_before(self) -> Instant | None:
        """Return the instant before which everything was read; None if all is that is known."""
        open_ones = [one for one, end in self._ends.items() if self._at[one] < end]
        if not open_ones:
            return None
        return min(self._reached.get(one, 0) for one in open_ones)


def _in_order(instant: Instant, parts: Mapping[int, list[Arrival]]) -> Group:
    found = [arrival for partition in sorted(parts) for arrival in parts[partition]]
    return Group(instant, found)
