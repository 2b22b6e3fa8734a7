"""The identity of versions: what a caller handed over, and how it is to be chunked."""

from sqlalchemy import Connection

from catalystindex.model.document import Metadata, MetadataObject, MetadataScalar
from catalystindex.model.ids import Canonical, content_id
from catalystindex.stores.records import documents
from catalystindex.stores.records.documents import NewVersion

Policy = dict[str, object]


def version_id(
    document_id: str,
    content: str,
    filename: str,
    title: str,
    media_type: str,
    metadata: Metadata,
    policy: Policy,
    redo: int = 0,
) -> str:
    """Return the id of a version: ``content`` is the hash of its bytes, ``title`` the one given.

    ``redo`` tells apart versions of the same submission that was done anew on demand.
    """
    again = [redo] if redo else []
    return content_id(
        "version",
        document_id,
        content,
        filename,
        title,
        media_type,
        canonical_metadata(metadata),
        policy,  # type: ignore[arg-type]  # a resolved policy is plain JSON without floats
        *again,
    )


def rechunked_version(connection: Connection, source_id: str, policy: Policy) -> NewVersion:
    """Return the version that the same submission would make under another policy.

    The records keep the title that was found where none was given: which of the two it was is
    seen from the id of the source. Raises `DocumentNotFound`.
    """
    found = documents.submitted(connection, source_id)
    given = [title for title in ("", found.title) if _id(found, title, found.policy) == source_id]
    title = given[0] if given else found.title
    return NewVersion(
        id=_id(found, title, policy),
        document_id=found.document_id,
        knowledge_base_id=found.knowledge_base_id,
        key=found.key,
        title=title,
        filename=found.filename,
        declared_type=found.declared_type,
        media_type=found.media_type,
        content_hash=found.content_hash,
        size_bytes=found.size_bytes,
        metadata=found.metadata,
        policy=policy,
        redo=found.redo,
        event=found.event,
    )


def _id(version: NewVersion, title: str, policy: Policy) -> str:
    return version_id(
        version.document_id,
        version.content_hash,
        version.filename,
        title,
        version.media_type,
        version.metadata,
        policy,
        version.redo,
    )


def canonical_metadata(metadata: Metadata) -> dict[str, Canonical]:
    """Return metadata in the form that ids are made of."""
    return {
        key: [_canonical(item) for item in value] if isinstance(value, list) else value
        for key, value in sorted(metadata.items())
    }


def _canonical(item: MetadataScalar | MetadataObject) -> Canonical:
    return dict[str, Canonical](item) if isinstance(item, dict) else item
