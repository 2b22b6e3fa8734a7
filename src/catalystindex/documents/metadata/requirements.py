"""What a policy requires of the metadata that comes with a document."""

from collections.abc import Mapping

from catalystindex.model.errors import MetadataRequiredMissing, MetadataTypeConflict
from catalystindex.model.metadata import MetadataType, fits, types_of


def require(required: Mapping[str, str], metadata: Mapping[str, object]) -> None:
    """Refuse metadata that lacks what is required. ``required`` maps a key to a `MetadataType`.

    An empty text or list counts as missing. Raises `MetadataRequiredMissing`, which names every
    missing key with its type, and `MetadataTypeConflict` for the first key of another type.
    """
    missing = [key for key in sorted(required) if metadata.get(key) in (None, "", [])]
    if missing:
        named = ", ".join(f"{key} ({required[key]})" for key in missing)
        raise MetadataRequiredMissing(
            f"The policy requires metadata that is missing: {named}.", missing=named
        )
    for key in sorted(required):
        _require_type(key, MetadataType(required[key]), metadata[key])


def _require_type(key: str, expected: MetadataType, value: object) -> None:
    for found in types_of(value):
        if not fits(found, expected):
            raise MetadataTypeConflict(
                f"The policy requires {key!r} to be {expected}; this is {found}.",
                key=key,
                expected=expected.value,
                got=found.value,
            )
