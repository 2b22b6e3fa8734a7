"""Errors of the places that documents come from."""

from catalystindex.model.error_base import CatalystError


class AcquisitionError(CatalystError):
    """A document could not be fetched from its source."""

    code = "source.failed"
    status = 422
    title = "The document could not be fetched"
    exit_code = 65


class SourceNotFound(AcquisitionError):
    """There is nothing at the source: 404, 410, no such file or object."""

    code = "source.not_found"
    title = "There is nothing at the source"


class SourceForbidden(AcquisitionError):
    """The source refuses our credentials, or asks for some."""

    code = "source.forbidden"
    title = "The source refuses access"


class SourceRefused(AcquisitionError):
    """The address or path is one that this server must not reach: private, local, outside."""

    code = "source.refused"
    title = "The source is not one this server may reach"


class SourceRejected(AcquisitionError):
    """The source answered that the request makes no sense to it (a 4xx that is none of ours)."""

    code = "source.rejected"
    title = "The source rejected the request"


class SourceTooLarge(AcquisitionError):
    """What the source sends is larger than one document may be."""

    code = "source.too_large"
    status = 413
    title = "The document is larger than the limits allow"


class ListingTooLarge(AcquisitionError):
    """The place holds more documents than the source's `limit`; none of them was taken."""

    code = "source.listing_too_large"
    status = 413
    title = "The place holds more documents than are taken from it"


class SourceWrongType(AcquisitionError):
    """The source sends a kind of content that the settings do not accept from it."""

    code = "source.wrong_type"
    status = 415
    title = "The source sends a kind of content that is not accepted"


class TooManyRedirects(AcquisitionError):
    """The source redirects more often than is followed, or in a circle."""

    code = "source.too_many_redirects"
    title = "The source redirects too often"


class SourceNotConfigured(AcquisitionError):
    """The settings do not name what this kind of source needs: a root, credentials, a key."""

    code = "source.not_configured"
    title = "This kind of source is not set up on the server"


class SourceUnavailable(AcquisitionError):
    """The source cannot be reached, fails, or sends less than it promised: try again."""

    code = "source.unavailable"
    status = 502
    title = "The source is not available"
    transient = True


class SourceRateLimited(SourceUnavailable):
    """The source asks for patience (429, or 503 with Retry-After); ``retry_after`` in seconds."""

    code = "source.rate_limited"
    title = "The source asks to be called less often"


class SourceTooSlow(SourceUnavailable):
    """The source did not send the document in the time that one may take."""

    code = "source.too_slow"
    title = "The source is too slow"
