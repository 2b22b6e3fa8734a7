"""The payload of a point: ids and filter fields under short, fixed keys.

Metadata values are stored as typed keywords (``s:text``, ``i:3``, ``b:true``), always as a list.
One form for every type means one index type, equality that never confuses ``1`` with ``"1"``, and
the same answer from every engine (Qdrant Edge matches no boolean with `MatchValue`: measured).
"""

from collections.abc import Mapping

from catalystindex.model.document import MetadataScalar, MetadataValue
from catalystindex.stores.vectors.base import VectorPoint

TENANT = "tenant"
KNOWLEDGE_BASE = "kb"
DOCUMENT = "document_id"
VERSION = "version"
TIER = "tier"
MEDIA_TYPE = "media_type"
METADATA = "meta"

BUILT_IN_FIELDS = (DOCUMENT, MEDIA_TYPE, TIER)
"""Filter names that are not metadata: a document's own key of such a name is not reachable."""

INDEXED_FIELDS = (TENANT, KNOWLEDGE_BASE, DOCUMENT, VERSION)

Payload = dict[str, object]


def payload_of(tenant_key: str, point: VectorPoint) -> Payload:
    """Return what is stored beside the vectors of a point."""
    return {
        TENANT: tenant_key,
        KNOWLEDGE_BASE: point.knowledge_base_id,
        DOCUMENT: point.document_id,
        VERSION: point.version_id,
        TIER: point.tier,
        MEDIA_TYPE: point.media_type,
        METADATA: metadata_keywords(point.metadata),
    }


def metadata_keywords(metadata: Mapping[str, MetadataValue]) -> dict[str, list[str]]:
    """Return metadata as lists of typed keywords."""
    return {
        key: [keyword(value) for value in (values if isinstance(values, list) else [values])]
        for key, values in sorted(metadata.items())
    }


def keyword(value: MetadataScalar) -> str:
    """Return the typed keyword of one value."""
    if isinstance(value, bool):
        return f"b:{str(value).lower()}"
    if isinstance(value, int):
        return f"i:{value}"
    return f"s:{value}"


def filter_path(field: str) -> str:
    """Return where in the payload a filter field is found."""
    return field if field in BUILT_IN_FIELDS else f"{METADATA}.{field}"


def filter_keyword(field: str, value: MetadataScalar) -> str:
    """Return the form in which the payload holds this value of a filter field."""
    if field in BUILT_IN_FIELDS and isinstance(value, str):
        return value
    return keyword(value)
