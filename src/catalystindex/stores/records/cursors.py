"""Opaque cursors: the sort key of the last item, so that a listing is stable under inserts."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from catalystindex.model.errors import InvalidRequest

MAX_CURSOR_CHARS = 2048


def encode_cursor(*sort_key: str) -> str:
    """Return the cursor that continues after the item with this sort key."""
    return urlsafe_b64encode(json.dumps(sort_key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """Return the sort key in a cursor. Raises `InvalidRequest` for one we did not make."""
    try:
        if len(cursor) > MAX_CURSOR_CHARS:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        if not isinstance(key, list) or [type(part) for part in key] != [str] * parts:
            raise ValueError("another shape")
        "".join(key).encode("utf-8")  # the database takes no lone surrogates
        if "\0" in "".join(key):
            raise ValueError("U+0000")
        return tuple(key)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The cursor is not one of this listing's.", field="cursor") from error
