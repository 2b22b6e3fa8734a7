"""The types that free metadata keys take, and a key as it is known to a knowledge base."""

import re
from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)


class MetadataType(StrEnum):
    """What the values of a key are, alone or in a list."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    OBJECT = "object"


class MetadataKeyType(BaseModel):
    """A metadata key of a knowledge base and the type that its first use fixed."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(examples=["department"])
    type: MetadataType = Field(description="`date` is text in a form of RFC 3339.")
    first_seen_at: datetime
    first_document_id: str = Field(description="The document that fixed the type.")


def types_of(value: object) -> tuple[MetadataType, ...]:
    """Return the types of a value or of the items of a list, in order, each once.

    An empty list has none. Raises `TypeError` for what metadata cannot hold.
    """
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(_scalar_type(item) for item in value))
    return (_scalar_type(value),)


def fits(found: MetadataType, expected: MetadataType) -> bool:
    """Tell whether a value of one type may stand where another is expected: a date is a text."""
    return found is expected or (found is MetadataType.DATE and expected is MetadataType.TEXT)


def common_type(value: object) -> MetadataType | None:
    """Return the one type that all items of a value fit, or None if there is none."""
    found = types_of(value)
    for wanted in found:
        if all(fits(one, wanted) for one in found):
            return wanted
    return None


def _scalar_type(value: object) -> MetadataType:
    if isinstance(value, bool):
        return MetadataType.BOOLEAN
    if isinstance(value, int):
        return MetadataType.INTEGER
    if isinstance(value, str):
        return MetadataType.DATE if _is_moment(value) else MetadataType.TEXT
    if isinstance(value, dict):
        return MetadataType.OBJECT
    raise TypeError(f"metadata cannot hold {type(value).__name__}")


def _is_moment(text: str) -> bool:
    """Tell whether a text is a full-date or date-time of RFC 3339 that the calendar has."""
    if RFC_3339.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text.upper()) if len(text) > len("2025-03-17") else (
            date.fromisoformat(text)
        )
    except ValueError:
        return False
    return True
