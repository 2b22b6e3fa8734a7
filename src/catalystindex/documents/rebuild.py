"""Compacting an embedded index: one optimised shard in place of all that is older than fresh.

A compute worker builds from artifacts while the owner goes on serving and writing to the fresh
shard. What was deleted or replaced meanwhile is taken out before the swap.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from catalystindex.documents.pipeline import Compute
from catalystindex.documents.tasks import BuildTask, IndexedPart, PlaceRef
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import ProcessingFailed
from catalystindex.stores.records.processing import IndexedVersion
from catalystindex.stores.vectors.edge import EdgeVectorStore
from catalystindex.stores.vectors.edge_shard import EdgeShardFile

Versions = Mapping[str, IndexedVersion]


def compact(
    vectors: EdgeVectorStore,
    model: EncoderRef,
    wanted: Callable[[], Versions],
    applying: AbstractContextManager[object],
    compute: Compute,
) -> int:
    """Build and swap in an optimised shard; return how many points it has.

    ``wanted`` tells, while ``applying`` is held, which versions the index is to hold. Raises what
    ``compute`` raises; the index is then as good as before.
    """
    with applying:
        versions = wanted()
        folder = vectors.begin_generation()
    done = compute.run(BuildTask(str(folder), model, [part(one) for one in versions.values()]))
    with applying:
        still = wanted()
        kept = {key: versions[key] for key in sorted(versions) if key in still}
        vectors.adopt_generation(folder, lambda shard: _catch_up(shard, kept))
    return done.chunks


def part(version: IndexedVersion) -> IndexedPart:
    """Return a version as a build is told of it."""
    place = PlaceRef(
        version.tenant_key, version.knowledge_base_id, version.document_id, version.version_id
    )
    return IndexedPart(place, version.media_type, dict(version.metadata))


def _catch_up(shard: EdgeShardFile, kept: Versions) -> None:
    """Take out what was removed since the build began.

    Raises `ProcessingFailed` when something is not there whole: the old shards then stay.
    """
    held = shard.version_counts()
    lacking = [key for key, version in kept.items() if held.get(key, 0) != version.chunks]
    if lacking:
        raise ProcessingFailed(f"The generation lacks {len(lacking)} versions.", first=lacking[0])
    for version_id in sorted(held.keys() - kept.keys()):
        shard.remove_version_of_any(version_id)
