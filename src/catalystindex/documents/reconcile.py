"""At start: make vectors and artifacts agree with the records, which are the truth.

Whatever a crash left half-done shows as a difference here: a version with too few points is
applied again from its artifacts, points and artifacts that no record knows are removed.
"""

from dataclasses import dataclass

from catalystindex.audit.chain import action
from catalystindex.documents.parse.kinds import EVENT
from catalystindex.documents.points import batches, load_points
from catalystindex.documents.removal import SYSTEM_USER, Remover
from catalystindex.embedding.serving import ServingIndex
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.artifacts.base import ArtifactStore, VersionPlace
from catalystindex.stores.records import event_texts, job_documents, processing, terms
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.processing import IndexedVersion
from catalystindex.telemetry.logs import logger

log = logger(__name__)


@dataclass(frozen=True)
class Reconciled:
    """What had to be put right."""

    removals: int
    orphan_versions: int
    restored_versions: int
    orphan_artifacts: int


def reconcile(
    records: Records, index: ServingIndex, artifacts: ArtifactStore, remover: Remover
) -> Reconciled:
    """Put every difference right. Run it before anything is served."""
    followed = remover.follow_pending()
    vectors = index.vectors
    with records.read() as connection:
        versions = {version.version_id: version for version in processing.searchable(connection)}
        recorded = processing.version_ids(connection)
        packed = job_documents.jobs_with_packs(connection)
    held = {version: count for version, count in vectors.version_counts().items() if count}
    orphans = sorted(held.keys() - versions.keys())
    for version_id in orphans:
        vectors.remove_orphan(version_id)
    lacking = [v for v in versions.values() if held.get(v.version_id, 0) != v.chunks]
    for version in lacking:
        _restore_or_requeue(version, records, index, artifacts)
    vectors.flush()
    strays = _remove_stray_artifacts(artifacts, recorded, packed)
    result = Reconciled(followed, len(orphans), len(lacking), strays)
    log.info("stores_reconciled", **vars(result))
    return result


def place_of(version: IndexedVersion) -> VersionPlace:
    """Return where a version's artifacts are."""
    return VersionPlace(
        version.tenant_key, version.knowledge_base_id, version.document_id, version.version_id
    )


def _restore_or_requeue(
    version: IndexedVersion, records: Records, index: ServingIndex, artifacts: ArtifactStore
) -> None:
    """Write a version's points again; where its artifacts are gone, have it processed again."""
    try:
        restore(version, index, artifacts)
    except FileNotFoundError:
        tenant = restore_tenant(version.tenant_key, SYSTEM_USER)
        if version.media_type == EVENT:
            _forget_text(version, tenant, records)
            return
        again = action("document.requeue", version.document_id, version=version.version_id)
        with records.change(tenant, again) as connection:
            terms.withdraw_version(connection, version.knowledge_base_id, version.version_id)
            queued = processing.requeue(connection, version.document_id, version.version_id)
        log.error("version_artifacts_lost", version_id=version.version_id, requeued=queued)


def _forget_text(version: IndexedVersion, tenant: Tenant, records: Records) -> None:
    """Forget the text of an event whose artifacts are gone: the event log may still have it."""
    base, document = version.knowledge_base_id, version.document_id
    lost = action("events.lost", document, version=version.version_id)
    with records.change(tenant, lost) as connection:
        event_texts.forget(connection, tenant, base, document)
    log.error("event_text_lost", version_id=version.version_id)


def restore(version: IndexedVersion, index: ServingIndex, artifacts: ArtifactStore) -> None:
    """Write a version's points from its artifacts. Raises `FileNotFoundError`."""
    vectors = index.vectors
    tenant = restore_tenant(version.tenant_key, SYSTEM_USER)
    vectors.remove_version(tenant, version.version_id)
    points = load_points(
        artifacts, place_of(version), index.model, version.media_type, version.metadata
    )
    for batch in batches(points):
        vectors.upsert(tenant, batch)


def _remove_stray_artifacts(artifacts: ArtifactStore, recorded: set[str], packed: set[str]) -> int:
    """Remove versions that were never recorded: uploads cut off before they were acknowledged.

    The bytes of jobs in ``packed`` are still needed; they lie where a document's versions would.
    """
    prefixes = {key.rpartition("/")[0] for key in artifacts.keys("")}
    strays = sorted(
        prefix
        for prefix in prefixes
        if prefix.split("/")[-1] not in recorded and prefix.split("/")[-2] not in packed
    )
    for prefix in strays:
        artifacts.remove_prefix(prefix)
    return len(strays)
