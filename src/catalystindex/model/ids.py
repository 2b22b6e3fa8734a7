"""Content is identity: ids are hashes of canonical bytes, so writing twice is a no-op.

Canonical bytes are JSON with sorted keys, no white space and UTF-8 (the form RFC 8785 gives for
the strings, integers and lists used here). Hash: BLAKE2b (RFC 7693) with a 16-byte digest, keyed
by the kind of thing through ``person``, so that equal fields of two kinds never share an id.
"""

import json
from hashlib import blake2b
from uuid import UUID

Canonical = str | int | bool | None | list["Canonical"] | dict[str, "Canonical"]

ID_BYTES = 16


def canonical_bytes(value: Canonical) -> bytes:
    """Return the one byte string that stands for ``value``. Floats have no place in an id."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def content_id(kind: str, *parts: Canonical) -> str:
    """Return the id of a thing of ``kind`` with these identifying parts, as 32 hex digits.

    ``kind`` is at most 16 ASCII characters (BLAKE2b's personalisation field).
    """
    digest = blake2b(digest_size=ID_BYTES, person=kind.encode("ascii"))
    digest.update(canonical_bytes(list(parts)))
    return digest.hexdigest()


def content_hash(data: bytes) -> str:
    """Return the hash that identifies raw bytes, as 64 hex digits (BLAKE2b-256)."""
    return blake2b(data, digest_size=32).hexdigest()


def as_uuid(identifier: str) -> UUID:
    """Return a 16-byte id in the form that vector engines take."""
    return UUID(hex=identifier)
