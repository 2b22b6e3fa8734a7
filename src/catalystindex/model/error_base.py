"""The root of the error tree, and the branches that others grow from."""

from collections.abc import Mapping
from typing import ClassVar

PROBLEM_TYPE_PREFIX = "urn:catalystindex:problem:"
"""RFC 9457 ``type``: a URN, so that it stays stable wherever the product is installed."""

ContextValue = str | int | float | bool | None


class CatalystError(Exception):
    """The product could not do what was asked.

    ``detail`` is the sentence for this occurrence; without one the class's title serves.
    ``context`` holds small scalar facts and never a secret or a document's text.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"
    exit_code: ClassVar[int] = 1
    headers: ClassVar[Mapping[str, str]] = {}
    transient: ClassVar[bool] = False
    """The same call may succeed later, with nothing changed by a person."""

    def __init__(self, detail: str | None = None, **context: ContextValue) -> None:
        self.detail = detail or self.title
        self.context: dict[str, ContextValue] = dict(sorted(context.items()))
        super().__init__(self.detail)

    @property
    def type_uri(self) -> str:
        """The RFC 9457 ``type`` of this problem."""
        return PROBLEM_TYPE_PREFIX + self.code


class NotFound(CatalystError):
    """Nothing of that id exists for this tenant; another tenant's things do not exist either."""

    code = "resource.not_found"
    status = 404
    title = "There is no such thing here"
    exit_code = 66  # EX_NOINPUT


class Conflict(CatalystError):
    """The change contradicts what is stored."""

    code = "resource.conflict"
    status = 409
    title = "This conflicts with what is stored"


class Unavailable(CatalystError):
    """A part that is needed is not ready; the same call may succeed later."""

    code = "service.unavailable"
    status = 503
    title = "The service is not ready"
    exit_code = 69  # EX_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}
    transient = True
