"""When an embedded index is compacted: its fresh shard is searched point by point."""

import threading

from catalystindex.documents.pipeline import Compute, Pipeline
from catalystindex.documents.rebuild import Versions, compact
from catalystindex.embedding.serving import IndexHolder
from catalystindex.stores.records import processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.vectors.edge import EdgeVectorStore


class Compactor:
    """Compacts the generation in force; a server's engine does that by itself."""

    def __init__(self, records: Records, holder: IndexHolder, pipeline: Pipeline) -> None:
        self._records, self._holder, self._pipeline = records, holder, pipeline
        self._compacting = threading.Lock()

    def is_due(self, threshold: int) -> bool:
        """Tell whether more than ``threshold`` points are searched without an index."""
        vectors = self._holder.current().vectors
        embedded = isinstance(vectors, EdgeVectorStore)
        return embedded and not self._compacting.locked() and vectors.fresh_points() >= threshold

    def compact(self, compute: Compute) -> int:
        """Build and swap in an optimised shard; return how many points it has, 0 on a server.

        Raises what ``compute`` raises; the index is then as good as before.
        """
        index = self._holder.current()
        if not isinstance(index.vectors, EdgeVectorStore):
            return 0
        with self._compacting:
            return compact(
                index.vectors, index.model, self._searchable, self._pipeline.applying, compute
            )

    def _searchable(self) -> Versions:
        with self._records.read() as connection:
            return {version.version_id: version for version in processing.searchable(connection)}
