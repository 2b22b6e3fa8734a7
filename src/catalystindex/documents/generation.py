"""Building an index generation from artifacts, in a compute worker, away from every search."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from catalystindex.documents.points import batches, load_points
from catalystindex.documents.tasks import BuildTask
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.vectors.base import VectorPoint
from catalystindex.stores.vectors.edge_shard import EdgeShardFile


def build_generation(artifacts: ArtifactStore, task: BuildTask) -> int:
    """Build, optimise and close the shard; return how many points it holds.

    A version whose artifacts are gone was deleted since the task was made, and is left out; the
    owner compares versions again before it adopts the generation.
    """
    return build_shard(Path(task.folder), task.model.dimension, _stored_points(artifacts, task))


def build_shard(
    folder: Path, dimension: int, parts: Iterable[tuple[str, Sequence[VectorPoint]]]
) -> int:
    """Build, optimise and close a shard of points, given in batches with their tenant's key."""
    shard = EdgeShardFile.create(folder, dimension)
    try:
        for tenant_key, batch in parts:
            shard.upsert(tenant_key, batch)
        shard.optimize()
        return shard.size()
    finally:
        shard.close()


def _stored_points(
    artifacts: ArtifactStore, task: BuildTask
) -> Iterator[tuple[str, list[VectorPoint]]]:
    for part in task.parts:
        place = part.place.place()
        try:
            points = list(load_points(artifacts, place, task.model, part.media_type, part.metadata))
        except FileNotFoundError:
            continue
        for batch in batches(iter(points)):
            yield place.tenant_key, batch
