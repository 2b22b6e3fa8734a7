"""The payload of a point: ids and filter fields under short, fixed keys.

Metadata values are stored as typed keywords (``s:text``, ``i:3``, ``b:true``), always as a list.
One form for every type means one index type, equality that never confuses ``1`` with ``"1"``, and
the same answer from every engine (Qdrant Edge matches no boolean with `MatchValue`: measured).
Beside them stand, where there are any, the numbers (``num``) and the instants in milliseconds
(``time``) that answer ranges, and the objects of lists (``obj``), each with these same parts.
"""

from collections.abc import Mapping, Sequence

from catalystindex.model.document import MetadataObject, MetadataScalar, MetadataValue
from catalystindex.model.filters import BUILT_IN_FIELDS
from catalystindex.model.instants import parse_instant
from catalystindex.stores.vectors.base import VectorPoint

TENANT = "tenant"
KNOWLEDGE_BASE = "kb"
DOCUMENT = "document_id"
VERSION = "version"
TIER = "tier"
MEDIA_TYPE = "media_type"
METADATA = "meta"
NUMBERS = "num"
TIMES = "time"
OBJECTS = "obj"

INDEXED_FIELDS = (TENANT, KNOWLEDGE_BASE, DOCUMENT, VERSION)

Payload = dict[str, object]
Parts = dict[str, dict[str, Sequence[object]]]


def payload_of(tenant_key: str, point: VectorPoint) -> Payload:
    """Return what is stored beside the vectors of a point."""
    return {
        TENANT: tenant_key,
        KNOWLEDGE_BASE: point.knowledge_base_id,
        DOCUMENT: point.document_id,
        VERSION: point.version_id,
        TIER: point.tier,
        MEDIA_TYPE: point.media_type,
        **metadata_payload(point.metadata),
    }


def metadata_payload(
    metadata: Mapping[str, MetadataValue],
) -> Parts:
    """Return the parts of a payload that metadata fills; all but the keywords only as needed."""
    payload: Parts = {METADATA: {}}
    for key, value in sorted(metadata.items()):
        items = value if isinstance(value, list) else [value]
        for part, found in _parts(items).items():
            payload.setdefault(part, {})[key] = found
    return payload


def _parts(items: Sequence[MetadataScalar | MetadataObject]) -> dict[str, Sequence[object]]:
    """Return what stands under one key, by part."""
    scalars = [item for item in items if not isinstance(item, dict)]
    objects = [metadata_payload(item) for item in items if isinstance(item, dict)]
    parts: dict[str, Sequence[object]] = {
        METADATA: [keyword(value) for value in scalars],
        NUMBERS: numbers_of(scalars),
        TIMES: instants_of(scalars),
        OBJECTS: objects,
    }
    return {part: found for part, found in parts.items() if found or part == METADATA}


def numbers_of(values: Sequence[MetadataScalar]) -> list[int]:
    """Return the whole numbers among values; a boolean is none."""
    return [v for v in values if isinstance(v, int) and not isinstance(v, bool)]


def instants_of(values: Sequence[MetadataScalar]) -> list[int]:
    """Return the instants among values: texts that are RFC 3339 dates or date-times."""
    found = [parse_instant(value) for value in values if isinstance(value, str)]
    return [instant.start for instant in found if instant is not None]


def keyword(value: MetadataScalar) -> str:
    """Return the typed keyword of one value."""
    if isinstance(value, bool):
        return f"b:{str(value).lower()}"
    if isinstance(value, int):
        return f"i:{value}"
    return f"s:{value}"


def filter_path(key: str, *, nested: bool = False) -> str:
    """Return where in the payload, or in an object of a list (``nested``), a key is found."""
    return key if key in BUILT_IN_FIELDS and not nested else f"{METADATA}.{key}"


def filter_keyword(key: str, value: MetadataScalar, *, nested: bool = False) -> str:
    """Return the form in which the payload holds this value of a key."""
    if key in BUILT_IN_FIELDS and not nested and isinstance(value, str):
        return value
    return keyword(value)
