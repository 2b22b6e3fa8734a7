"""Options of the form ``key=value``, typed as JSON would type them."""

from collections.abc import Sequence

from catalystindex.model.document import Metadata, MetadataObject, MetadataScalar, MetadataValue
from catalystindex.model.errors import InvalidRequest

MAX_INTEGER = 2**53
"""Whole numbers beyond this lose digits in JSON clients: account numbers stay text."""
MAX_DIGITS = 16


def parse_pairs(pairs: Sequence[str]) -> Metadata:
    """Return the pairs as metadata; a key given more than once becomes a list.

    ``true``, ``false`` and whole numbers up to 2^53 are taken as such; quotes keep a value text.
    Raises `InvalidRequest` for a pair without ``=``.
    """
    values: dict[str, list[MetadataScalar | MetadataObject]] = {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        key = key.strip()
        if not separator or not key:
            raise InvalidRequest(f"{pair!r} is not of the form key=value.", field=pair)
        values.setdefault(key, []).append(typed(text.strip()))
    return {key: _one_or_all(found) for key, found in values.items()}


def _one_or_all(found: list[MetadataScalar | MetadataObject]) -> MetadataValue:
    return found if len(found) > 1 or isinstance(found[0], dict) else found[0]


def typed(text: str) -> MetadataScalar:
    """Return a word as a boolean, a whole number or text."""
    if text in ("true", "false"):
        return text == "true"
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    sign = text.removeprefix("-")
    plain = sign.isascii() and sign.isdecimal() and (sign == "0" or not sign.startswith("0"))
    short = len(sign) <= MAX_DIGITS
    return int(text) if plain and short and abs(int(text)) <= MAX_INTEGER else text
