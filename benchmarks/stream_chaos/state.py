"""What a stopped server's folder holds of events: the graph, the index, the texts, the alerts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.chaos.state import points_of, rows
from catalystindex.config.streams import GraphSettings
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import GRAPH_FOLDER
from catalystindex.stores.graphs.ladybug import LadybugGraphs

ALERTS: Final = "SELECT id, body FROM alerts"


@dataclass(frozen=True)
class State:
    """Graph, index and records, in forms that can be compared."""

    digest: str
    counts: dict[str, int]
    points: dict[str, str]
    """A hash of the vectors and fields of every point, by its id."""
    texts: frozenset[tuple[str, str]]
    """Key and content of every document in force."""
    alerts: frozenset[tuple[str, str]]
    """Id and content of every alert."""


def state_of(data: Path, tenant: Tenant) -> State:
    """Return what is there. Nobody may own the folder."""
    graphs = LadybugGraphs(data / GRAPH_FOLDER, GraphSettings())
    try:
        digest, counts = graphs.digest(tenant), graphs.counts(tenant)
    finally:
        graphs.close()
    points = {key: point.told for key, point in points_of(data).items()}
    alerts = frozenset((str(key), str(body)) for key, body in rows(data, ALERTS))
    return State(digest, counts, points, _texts(data), alerts)


def _texts(data: Path) -> frozenset[tuple[str, str]]:
    query = (
        "SELECT d.key, v.content_hash FROM documents d "
        "JOIN versions v ON v.id = d.current_version_id"
    )
    return frozenset((str(key), str(content)) for key, content in rows(data, query))


def alerts_in(data: Path) -> int:
    """Return how many alerts there are, while a server owns the folder or not."""
    ((number,),) = rows(data, "SELECT count(*) FROM alerts")
    return int(str(number))
