"""Requests checked before they are sent: the same rules as the server's, the same errors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_json import parse_filters
from catalystindex.model.filters import Condition
from catalystindex.model.job import BulkDocument, BulkRequest
from catalystindex.model.search import SearchRequest
from catalystindex.model.sources import SourceModel
from catalystindex.sdk.calls import MAX_IDEMPOTENCY_KEY

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], values: Mapping[str, object]) -> Model:
    """Return the request. Raises `InvalidRequest` whose context names each mistake's place."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> InvalidRequest:
    places: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"])
        places[place] = one["msg"].removeprefix("Value error, ")
    whole = places.pop("", None)
    if whole is not None:
        return InvalidRequest(f"The request is not valid: {whole}.")
    invalid = InvalidRequest(f"The request is not valid at: {', '.join(places)}.")
    invalid.context.update({f"field {place}": message for place, message in places.items()})
    return invalid


def search_request(
    query: str,
    knowledge_bases: Sequence[str],
    filters: Mapping[str, object] | Condition | None,
    **others: object,
) -> SearchRequest:
    """Return a search. Raises `InvalidRequest`."""
    values = {
        "query": query,
        "knowledge_bases": list(knowledge_bases),
        "filters": filters if isinstance(filters, Condition) else parse_filters(filters or {}),
        **others,
    }
    return validated(SearchRequest, values)


def bulk_request(
    request: BulkRequest | None,
    knowledge_base: str | None,
    documents: Sequence[BulkDocument | SourceModel],
    **others: object,
) -> BulkRequest:
    """Return a submission given as a whole or in parts. Raises `InvalidRequest`."""
    if request is not None:
        if knowledge_base is not None or documents or any(others.values()):
            raise InvalidRequest("Give a submission as a whole or in parts, not both.")
        return request
    values = {
        "knowledge_base": knowledge_base,
        "documents": [_document(one) for one in documents],
        **{name: value for name, value in others.items() if value is not None},
    }
    return validated(BulkRequest, values)


def _document(given: BulkDocument | SourceModel) -> object:
    return given if isinstance(given, BulkDocument) else {"source": given}


def checked_key(key: str | None) -> str | None:
    """Return an idempotency key that a header can hold. Raises `InvalidRequest` for another."""
    if key is None:
        return None
    visible = key.isascii() and key.isprintable() and " " not in key
    if not visible or not 0 < len(key) <= MAX_IDEMPOTENCY_KEY:
        raise InvalidRequest(
            f"An idempotency key is 1 to {MAX_IDEMPOTENCY_KEY} visible ASCII characters.",
            field="idempotency_key",
        )
    return key


def instant(at: datetime | str | None, field: str) -> str | None:
    """Return a moment as RFC 3339 has it; text is taken as it is.

    Raises `InvalidRequest` for one without an offset: it names no moment.
    """
    if at is None or isinstance(at, str):
        return at
    if at.tzinfo is None:
        raise InvalidRequest(f"{field}: {at} has no offset from UTC.", field=field)
    return at.isoformat()
