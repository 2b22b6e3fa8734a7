"""What a submission becomes: a row for each document, with its identity and its place in line."""

from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from catalystindex.documents.acquire.base import Listed
from catalystindex.documents.library import document_id_of
from catalystindex.jobs.retry import problem_of
from catalystindex.model.document import Metadata, MetadataValue
from catalystindex.model.ids import content_id
from catalystindex.model.sources import StoredSource
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records.job_documents import NewItem
from catalystindex.stores.records.leases import LeasedItem

SINGLE, BULK = 0, 1
"""Priorities: somebody may be waiting for a single document."""
MAX_KEY = 512
ONE_OF = {
    "folder": ("file", "path"),
    "s3_prefix": ("s3", "uri"),
    "firecrawl_crawl": ("firecrawl_scrape", "url"),
    "firecrawl_map": ("firecrawl_scrape", "url"),
}
"""The kind of source that one document of a listing has, and what names its place there."""

_metadata: TypeAdapter[Metadata] = TypeAdapter(Metadata)


def item_id(job_id: str, *place: str | int) -> str:
    """Return the id of a document of a job."""
    return content_id("job-document", job_id, *place)


def key_of(place: str) -> str:
    """Return the key of a document that was given none: where it comes from.

    What is longer than a key may be ends in the hash of the whole.
    """
    if len(place) <= MAX_KEY:
        return place
    digest = content_id("place", place)
    return f"{place[: MAX_KEY - len(digest) - 1]}#{digest}"


def together(said: Mapping[str, object], found: Mapping[str, MetadataValue]) -> Metadata:
    """Return what was said of a document and, where there is room, what its source adds."""
    try:
        return _metadata.validate_python({**found, **said})
    except ValidationError:  # more than a document may have; what was said was valid alone
        return _metadata.validate_python(said)


def listed_item(
    listing: LeasedItem, found: Listed, source: StoredSource | None, ordinal: int
) -> NewItem:
    """Return a document that a listing brought to its job, with what was said of the listing.

    Without a source it is one of which the listing knew that it is not to be had; a retry tries
    its place all the same.
    """
    tenant = restore_tenant(listing.tenant_key, listing.created_by)
    job_id = listing.lease.job_id
    content, key = found.content, key_of(found.key)
    said = dict(content.metadata) if content is not None else {}
    kind, name = ONE_OF[listing.kind] if source is None else (source.kind, "")
    return NewItem(
        id=item_id(job_id, "listed", key),
        ordinal=ordinal,
        kind=kind,
        place=found.key,
        source={"kind": kind, name: found.key}
        if source is None
        else source.model_dump(mode="json"),
        key=key,
        title=found.title or (content.title if content is not None else None),
        metadata=dict(together(listing.metadata, said)),
        policy=listing.policy,
        force=listing.force,
        lane=Lane.ACQUIRE,
        priority=BULK,
        document_id=document_id_of(tenant, listing.knowledge_base_id, key),
        problem=None if found.problem is None else problem_of(found.problem),
    )
