"""What a stopped server's folder holds of events: the graph, the index, the texts."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.state import points_of, rows
from catalystindex.config.streams import GraphSettings
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import GRAPH_FOLDER
from catalystindex.stores.graphs.ladybug import LadybugGraphs


@dataclass(frozen=True)
class State:
    """Graph and index, in forms that can be compared."""

    digest: str
    counts: dict[str, int]
    points: dict[str, str]
    """A hash of the vectors and fields of every point, by its id."""
    texts: frozenset[tuple[str, str]]
    """Key and content of every document in force."""


def state_of(data: Path, tenant: Tenant) -> State:
    """Return what is there. Nobody may own the folder."""
    graphs = LadybugGraphs(data / GRAPH_FOLDER, GraphSettings())
    try:
        digest, counts = graphs.digest(tenant), graphs.counts(tenant)
    finally:
        graphs.close()
    points = {key: point.told for key, point in points_of(data).items()}
    return State(digest, counts, points, _texts(data))


def _texts(data: Path) -> frozenset[tuple[str, str]]:
    query = (
        "SELECT d.key, v.content_hash FROM documents d "
        "JOIN versions v ON v.id = d.current_version_id"
    )
    return frozenset((str(key), str(content)) for key, content in rows(data, query))
