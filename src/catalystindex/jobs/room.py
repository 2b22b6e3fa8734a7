"""How much may wait: the bound that submissions and listings keep."""

from catalystindex.config.sections import JobsSettings
from catalystindex.model.errors import QueueFull
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import job_documents
from catalystindex.stores.records.engine import Records

RETRY_AFTER = 30.0


class Room:
    """Room in line, of a workspace and of all together."""

    def __init__(self, records: Records, settings: JobsSettings) -> None:
        self._records, self._settings = records, settings

    def require(self, tenant: Tenant, documents: int) -> None:
        """Raise `QueueFull` unless so many more may wait."""
        with self._records.read() as connection:
            here = job_documents.count_open(connection, tenant)
            everywhere = job_documents.count_open(connection)
        for waiting, limit in (
            (here, self._settings.max_waiting_per_workspace),
            (everywhere, self._settings.max_waiting),
        ):
            if waiting + documents > limit:
                raise QueueFull(
                    f"{waiting} documents wait, and at most {limit} may: try again when some are "
                    "done.",
                    waiting=waiting,
                    limit=limit,
                    retry_after=RETRY_AFTER,
                )
