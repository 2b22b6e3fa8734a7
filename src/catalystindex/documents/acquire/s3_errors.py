"""Errors of obstore as errors of sources.

obstore has classes for few of them and says the rest in words (0.12): the status that the store
answered, the kind of failure underneath. Its words are read here and never shown: they hold
request ids and addresses.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    PermissionDeniedError,
    UnauthenticatedError,
)

from catalystindex.documents.acquire.answers import error_of_status
from catalystindex.model.errors import (
    AcquisitionError,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRateLimited,
    SourceRejected,
    SourceTooSlow,
    SourceUnavailable,
)

_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_TIMEOUT = re.compile(r"\bkind: Timeout\b|\bTimedOut\b")
_ROLE = re.compile(r"Error performing [A-Z]+ https?://(169\.254\.[0-9.]+|\[fd00:ec2::|sts\.)")
"""Asking the machine for a role (EC2, containers), which is done where no key is set."""

REGION_CODES = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}
)
KEY_CODES = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})
SLOW_CODES = frozenset({"SlowDown", "RequestLimitExceeded", "TooManyRequests"})


@contextmanager
def as_source_errors(place: str) -> Iterator[None]:
    """Turn what obstore raises into `AcquisitionError`."""
    try:
        yield
    except (FileNotFoundError, BaseError) as error:
        raise source_error(error, place) from error
    except ValueError as error:
        if "parse path" not in str(error):
            raise
        raise source_error(error, place) from error


def source_error(error: Exception, place: str) -> AcquisitionError:
    """Return the error of a source that an error of obstore stands for."""
    text = str(error)
    code = _first(_CODE, text)
    if isinstance(error, FileNotFoundError) or code in ("NoSuchBucket", "NoSuchKey"):
        what = "bucket" if code == "NoSuchBucket" else "object"
        return SourceNotFound(f"There is no such {what}: {place}.", place=place)
    if isinstance(error, InvalidPathError | ValueError):
        return SourceRejected(
            f"A key of {place} has an empty part or a part '.' or '..', which cannot be addressed: "
            "rename the object, or name a prefix without it.",
            place=place,
        )
    lacking = _setting_that_lacks(text, place, code)
    if lacking is not None:
        return lacking
    if code in SLOW_CODES:
        return SourceRateLimited(f"{place} asks to be called less often.", place=place)
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or code in KEY_CODES:
        return _forbidden(place, code)
    return _by_status(text, place, code)


def _setting_that_lacks(text: str, place: str, code: str) -> SourceNotConfigured | None:
    if _ROLE.search(text):
        return SourceNotConfigured(
            "There are no credentials for S3: set `acquisition.s3_access_key_id` and "
            "`acquisition.s3_secret_access_key`, or give the machine a role.",
            place=place,
        )
    if code in REGION_CODES or "indicates an incorrectly configured region" in text:
        return SourceNotConfigured(
            f"{place} is in another region: set `acquisition.s3_region`.", place=place
        )
    return None


def _by_status(text: str, place: str, code: str) -> AcquisitionError:
    status = int(_first(_STATUS, text) or 0)
    if status in (401, 403):
        return _forbidden(place, code)
    if status:
        return error_of_status(status, place)
    if _TIMEOUT.search(text):
        return SourceTooSlow(f"{place} did not come in time.", place=place)
    return SourceUnavailable(
        f"{place} cannot be reached, or broke off before it had sent everything.", place=place
    )


def _forbidden(place: str, code: str) -> SourceForbidden:
    said = f" ({code})" if code else ""
    return SourceForbidden(
        f"{place} refuses our credentials{said}: check `acquisition.s3_access_key_id`, and that "
        "it may list the bucket and get its objects.",
        place=place,
    )


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
