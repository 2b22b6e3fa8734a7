"""Packs: the bytes that came with one submission, in one artifact, written once.

A thousand inline documents cost one wait for the disk, not a thousand. Where each lies stands in
its source; acquiring a document copies it to its version, and a pack whose job has ended goes.
"""

from collections.abc import Sequence

from catalystindex.documents.acquire.base import Fetched, Listed
from catalystindex.model.ids import content_id
from catalystindex.model.sources import PackedSource, StoredSource
from catalystindex.stores.artifacts.base import ArtifactStore, VersionPlace
from catalystindex.stores.records import job_documents
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.leases import LeasedItem

PACK = "pack"


def pack_place(tenant_key: str, knowledge_base_id: str, job_id: str, part: str) -> VersionPlace:
    """Return where a part of a job's bytes is: like a version, under the job's id."""
    return VersionPlace(tenant_key, knowledge_base_id, job_id, part)


class Packs:
    """Writes packs."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts

    def write(self, place: VersionPlace, contents: Sequence[Fetched]) -> list[PackedSource]:
        """Store documents one after another; return where each is."""
        key, offset = place.path(PACK), 0
        sources = []
        for content in contents:
            sources.append(
                PackedSource(
                    pack=key,
                    offset=offset,
                    length=len(content.data),
                    filename=content.filename,
                    media_type=content.media_type,
                )
            )
            offset += len(content.data)
        if contents:
            self._artifacts.put(key, b"".join(content.data for content in contents))
        return sources

    def of_listing(self, item: LeasedItem, batch: Sequence[Listed]) -> list[StoredSource | None]:
        """Return the source of each document of a listing; what came with its bytes is packed.

        None for one that the listing knew not to be had.
        """
        with_content = [(one.key, one.content) for one in batch if one.content is not None]
        part = content_id("pack", item.lease.item_id, *(key for key, _ in with_content))
        place = pack_place(item.tenant_key, item.knowledge_base_id, item.lease.job_id, part)
        packed = iter(self.write(place, [content for _, content in with_content]))
        return [one.source if one.content is None else next(packed) for one in batch]

    def let_go(
        self, records: Records, tenant_key: str, knowledge_base_id: str, job_id: str
    ) -> None:
        """Remove the packs of a job unless something of it may still be acquired from them."""
        with records.read() as connection:
            needed = job_documents.needs_pack(connection, job_id)
        if not needed:
            self.remove(tenant_key, knowledge_base_id, job_id)

    def remove(self, tenant_key: str, knowledge_base_id: str, job_id: str) -> None:
        """Remove the packs of a job: every document of it has a version of its own."""
        place = pack_place(tenant_key, knowledge_base_id, job_id, "")
        self._artifacts.remove_prefix(place.document_prefix())
