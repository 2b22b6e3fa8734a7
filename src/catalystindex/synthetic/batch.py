"""What the generator hands to the orchestrator: columns of unsealed events of one kind."""

from typing import Final, NamedTuple

import pyarrow as pa

PATTERN: Final = "pattern"
"""Extra column (int32): number of the pattern that planted the event, -1 for none."""

ROLE: Final = "role"
"""Extra column (string, nullable): the event's part in its pattern, such as ``placement``."""


class EventBatch(NamedTuple):
    """Events of one kind, ordered by time and then entity id.

    Columns are named as the envelope's and the payload's fields are (`streaming.arrow`), side by
    side, with `PATTERN` and `ROLE` besides; columns that would hold only defaults are left out.
    There is no ``event_id`` yet.
    """

    kind: str
    columns: pa.RecordBatch
