"""Building an index generation from artifacts, in a compute worker, away from every search."""

from pathlib import Path

from catalystindex.documents.points import batches, load_points
from catalystindex.documents.tasks import BuildTask
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.vectors.edge_shard import EdgeShardFile


def build_generation(artifacts: ArtifactStore, task: BuildTask) -> int:
    """Build, optimise and close the shard; return how many points it holds.

    A version whose artifacts are gone was deleted since the task was made, and is left out; the
    owner compares versions again before it adopts the generation.
    """
    shard = EdgeShardFile.create(Path(task.folder), task.model.dimension)
    try:
        for part in task.parts:
            place = part.place.place()
            try:
                points = list(
                    load_points(artifacts, place, task.model, part.media_type, part.metadata)
                )
            except FileNotFoundError:
                continue
            for batch in batches(iter(points)):
                shard.upsert(place.tenant_key, batch)
        shard.optimize()
        return shard.size()
    finally:
        shard.close()
