"""What a generation is to hold, for every document that answers searches now."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from catalystindex.stores.records import generations, processing
from catalystindex.stores.records.generations import Rechunking, StoredGeneration
from catalystindex.stores.records.processing import IndexedVersion


@dataclass(frozen=True)
class Target:
    """The version that answers now, and the one the generation holds in its place.

    They are the same unless the generation chunks the document anew; ``version_id`` is absent
    until that was done.
    """

    source: IndexedVersion
    version_id: str | None

    @property
    def rechunks(self) -> bool:
        """Whether another version takes the place of the one that answers."""
        return self.version_id != self.source.version_id


def find_targets(connection: Connection, generation: StoredGeneration, active: int) -> list[Target]:
    """Return the targets of a generation, in one order.

    ``active`` is the number of the generation that answers now. A generation that is older than it
    is being rolled back to: what the active one had chunked anew goes back to its source.
    """
    sources = processing.searchable(connection)
    instead = _instead(connection, generation, active, sources)
    return [Target(one, instead.get(one.version_id, one.version_id)) for one in sources]


def _instead(
    connection: Connection,
    generation: StoredGeneration,
    active: int,
    sources: list[IndexedVersion],
) -> Mapping[str, str | None]:
    """Return what takes the place of versions that answer now; None where it is yet to be made."""
    if generation.number < active:
        pairs = generations.replacements(connection, active).items()
        return {version: source for source, version in pairs}
    made = generations.replacements(connection, generation.number)
    if generation.rechunking is None:
        return {}
    outdated = _outdated(connection, generation.rechunking, sources)
    return {version: made.get(version) for version in sorted(outdated)}


def as_indexed(connection: Connection, targets: list[Target]) -> Mapping[str, IndexedVersion]:
    """Return the versions that a generation is to hold, those not made yet left out."""
    sizes = generations.sizes(
        connection, [one.version_id for one in targets if one.version_id and one.rechunks]
    )
    return {
        one.version_id: _at(one.source, one.version_id, sizes)
        for one in targets
        if one.version_id is not None
    }


def _at(source: IndexedVersion, version_id: str, sizes: Mapping[str, int]) -> IndexedVersion:
    return IndexedVersion(
        source.tenant_key,
        source.knowledge_base_id,
        source.document_id,
        version_id,
        source.media_type,
        source.metadata,
        sizes.get(version_id, source.chunks),
    )


def _outdated(
    connection: Connection, rechunking: Rechunking, sources: list[IndexedVersion]
) -> frozenset[str]:
    """Return the versions in scope that were chunked by another policy."""
    scope = frozenset(rechunking.knowledge_base_ids)
    inside = [
        one.version_id
        for one in sources
        if one.tenant_key == rechunking.tenant and one.knowledge_base_id in scope
    ]
    policies = generations.policies(connection, inside)
    return frozenset(version for version, policy in policies.items() if policy != rechunking.policy)
