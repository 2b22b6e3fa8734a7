"""Index generations: when to build one, and how the owner swaps it in.

A compute worker builds from artifacts while the owner goes on serving and writing to the fresh
shard. What was deleted or replaced meanwhile is taken out before the swap.
"""

import threading
from collections.abc import Mapping

from catalystindex.documents.pipeline import Compute, Pipeline
from catalystindex.documents.tasks import BuildTask, IndexedPart, PlaceRef
from catalystindex.model.errors import ProcessingFailed
from catalystindex.stores.records import processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.processing import IndexedVersion
from catalystindex.stores.vectors.edge import EdgeVectorStore
from catalystindex.stores.vectors.edge_shard import EdgeShardFile


class GenerationBuilder:
    """Builds the next generation when the fresh shard has grown; one build at a time."""

    def __init__(
        self, records: Records, vectors: EdgeVectorStore, pipeline: Pipeline, dimension: int
    ) -> None:
        self._records, self._vectors = records, vectors
        self._pipeline, self._dimension = pipeline, dimension
        self._building = threading.Lock()

    def is_due(self, threshold: int) -> bool:
        """Tell whether more than ``threshold`` points are searched without an index."""
        return not self._building.locked() and self._vectors.fresh_points() >= threshold

    def build(self, compute: Compute) -> int:
        """Build and swap in a generation; return how many points it has.

        Raises what ``compute`` raises; the index is then as good as before.
        """
        with self._building:
            with self._pipeline.applying:
                versions = self._searchable()
                folder = self._vectors.begin_generation()
            parts = [_part(version) for version in versions.values()]
            done = compute.run(BuildTask(str(folder), self._dimension, parts))
            with self._pipeline.applying:
                wanted = self._searchable()
                kept = {key: versions[key] for key in sorted(versions) if key in wanted}
                self._vectors.adopt_generation(folder, lambda shard: _catch_up(shard, kept))
            return done.chunks

    def _searchable(self) -> dict[str, IndexedVersion]:
        with self._records.read() as connection:
            return {version.version_id: version for version in processing.searchable(connection)}


def _catch_up(shard: EdgeShardFile, kept: Mapping[str, IndexedVersion]) -> None:
    """Take out what was removed since the build began.

    Raises `ProcessingFailed` when something is not there whole: the old shards then stay.
    """
    held = shard.version_counts()
    lacking = [key for key, version in kept.items() if held.get(key, 0) != version.chunks]
    if lacking:
        raise ProcessingFailed(f"The generation lacks {len(lacking)} versions.", first=lacking[0])
    for version_id in sorted(held.keys() - kept.keys()):
        shard.remove_version_of_any(version_id)


def _part(version: IndexedVersion) -> IndexedPart:
    place = PlaceRef(
        version.tenant_key, version.knowledge_base_id, version.document_id, version.version_id
    )
    return IndexedPart(place, version.media_type, dict(version.metadata))
