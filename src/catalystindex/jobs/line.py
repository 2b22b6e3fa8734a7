"""The line of documents that are due: workspaces take turns, so that none waits for another."""

import threading
from datetime import timedelta

from catalystindex.audit.chain import timestamp
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import due, jobs, leases
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.leases import LeasedItem

ACQUIRE_AHEAD = 200
"""Documents of a workspace that are fetched before they can be worked on: more would only take
room on disk, and time from those that are in work."""


class Line:
    """Hands out leases."""

    def __init__(self, records: Records, lease_seconds: float) -> None:
        self._records, self._lease = records, timedelta(seconds=lease_seconds)
        self._turns: dict[str, int] = {}
        self._count = 0
        self._lock = threading.Lock()

    def take(self, lane: Lane, holder: str) -> LeasedItem | None:
        """Lease the next document that is due in a lane; None if there is none."""
        with self._records.read() as connection:
            looked = timestamp(self._records.clock.now())
            if not due.any_due(connection, lane, looked):
                return None
            tenants = jobs.tenants_with_open_jobs(connection)
            if lane is Lane.ACQUIRE:
                ahead = due.far_ahead(connection, Lane.COMPUTE, tenants, ACQUIRE_AHEAD, looked)
                tenants = [tenant for tenant in tenants if tenant not in ahead]
        with self._records.bookkeeping() as connection:
            now = self._records.clock.now()  # a lease does not begin before its turn to be written
            for tenant in self._in_turn(tenants):
                until = timestamp(now + self._lease)
                found = leases.claim(connection, tenant, lane, holder, timestamp(now), until)
                if found is not None:
                    self._served(tenant)
                    return found
        return None

    def until(self) -> str:
        """Return when a lease that is prolonged now runs out."""
        return timestamp(self._records.clock.now() + self._lease)

    def _in_turn(self, tenants: list[str]) -> list[str]:
        """Return workspaces, the one that was served longest ago first."""
        with self._lock:
            self._turns = {tenant: self._turns.get(tenant, 0) for tenant in tenants}
            return sorted(tenants, key=lambda tenant: (self._turns[tenant], tenant))

    def _served(self, tenant: str) -> None:
        with self._lock:
            self._count += 1
            self._turns[tenant] = self._count
