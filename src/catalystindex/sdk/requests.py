"""Requests checked before they are sent: the same rules as the server's, the same errors."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from catalystindex.model.errors import InvalidRequest

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], values: Mapping[str, object]) -> Model:
    """Return the request. Raises `InvalidRequest` whose context names each mistake's place."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
        places = {".".join(str(part) for part in one["loc"]): one["msg"] for one in mistakes}
        invalid = InvalidRequest(f"The request is not valid at: {', '.join(places)}.")
        invalid.context.update({f"field {place}": message for place, message in places.items()})
        raise invalid from None
