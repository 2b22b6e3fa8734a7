"""Cursor pagination: stable under inserts, opaque to the caller."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")

DEFAULT_PAGE = 50
MAX_PAGE = 200


class Page(BaseModel, Generic[Item]):
    """One page of a listing; ``next_cursor`` is absent on the last one."""

    model_config = ConfigDict(frozen=True)

    items: list[Item]
    next_cursor: str | None = Field(
        default=None, description="Pass as `cursor` to read the next page; null on the last page."
    )
