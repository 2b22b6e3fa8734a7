"""The one error tree.

Every failure the product can explain is a `CatalystError`. A class fixes the stable ``code``
(never reworded, clients switch on it), the HTTP status and the title; an instance adds the
sentence for this occurrence and the context a person needs to act. The API renders it as an
RFC 9457 problem, the CLI as one line and an exit code.
"""

from collections.abc import Mapping
from typing import ClassVar

PROBLEM_TYPE_PREFIX = "urn:catalystindex:problem:"
"""RFC 9457 ``type``: a URN, so that it stays stable wherever the product is installed."""

BEARER = 'Bearer realm="catalystindex"'
"""The challenge of RFC 6750 section 3."""

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


class ConfigurationError(CatalystError):
    """A setting is unknown, malformed or contradicts another; nothing was started."""

    code = "configuration.invalid"
    title = "The configuration is not valid"
    exit_code = 78  # EX_CONFIG of sysexits.h


class DependencyMissing(ConfigurationError):
    """A package, file or engine that the configuration asks for is not there."""

    code = "configuration.dependency_missing"
    title = "Something the configuration needs is missing"


class OwnerLocked(CatalystError):
    """Another process owns the data folder."""

    code = "owner.locked"
    status = 409
    title = "Another process owns this data folder"
    exit_code = 75  # EX_TEMPFAIL


class InvalidRequest(CatalystError):
    """The request is understood and wrong; ``field`` in the context names the place."""

    code = "request.invalid"
    status = 422
    title = "The request is not valid"
    exit_code = 65  # EX_DATAERR


class InvalidPolicy(InvalidRequest):
    """A chunking policy has mistakes; the detail names line, path and what was expected."""

    code = "policy.invalid"
    title = "The policy is not valid"


class PayloadTooLarge(CatalystError):
    """The body is larger than this server accepts."""

    code = "request.too_large"
    status = 413
    title = "The request body is too large"
    exit_code = 65


class Unauthenticated(CatalystError):
    """No usable token came with the request (RFC 6750 section 3)."""

    code = "auth.unauthenticated"
    status = 401
    title = "A valid access token is needed"
    exit_code = 77  # EX_NOPERM
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": BEARER}


class InvalidToken(Unauthenticated):
    """A token came and did not verify: expired, wrong audience, wrong key, wrong algorithm."""

    code = "auth.invalid_token"
    title = "The access token is not valid"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": f'{BEARER}, error="invalid_token"'}


class Forbidden(CatalystError):
    """The token is valid and lacks the scope of this route."""

    code = "auth.forbidden"
    status = 403
    title = "The access token does not permit this"
    exit_code = 77
    headers: ClassVar[Mapping[str, str]] = {
        "WWW-Authenticate": f'{BEARER}, error="insufficient_scope"'
    }


class NotFound(CatalystError):
    """Nothing of that id exists for this tenant; another tenant's things do not exist either."""

    code = "resource.not_found"
    status = 404
    title = "There is no such thing here"
    exit_code = 66  # EX_NOINPUT


class EvaluationDataMissing(NotFound):
    """A judged collection lacks a file, a split or any query that could be measured."""

    code = "evaluation.data_missing"
    title = "There is nothing to measure with"
    exit_code = 2


class KnowledgeBaseNotFound(NotFound):
    """No knowledge base of that id or name in this workspace."""

    code = "knowledge_base.not_found"
    title = "There is no such knowledge base"


class GenerationNotFound(NotFound):
    """No index generation of that number, or none in the state that was needed."""

    code = "generation.not_found"
    title = "There is no such index generation"


class ReindexUnderWay(CatalystError):
    """A generation is being built already; one at a time."""

    code = "generation.under_way"
    status = 409
    title = "The index is being rebuilt already"
    exit_code = 75  # EX_TEMPFAIL


class ModelReadsLess(CatalystError):
    """The encoder reads fewer tokens than chunks hold: their ends would be searched by no one."""

    code = "generation.model_reads_less"
    status = 409
    title = "The encoder cannot read the chunks whole"
    exit_code = 65  # EX_DATAERR


class PolicyNotFound(NotFound):
    """No chunking policy of that name comes with the product or is in this workspace."""

    code = "policy.not_found"
    title = "There is no such policy"


class DocumentNotFound(NotFound):
    """No document of that id in this workspace."""

    code = "document.not_found"
    title = "There is no such document"


class Conflict(CatalystError):
    """The change contradicts what is stored."""

    code = "resource.conflict"
    status = 409
    title = "This conflicts with what is stored"


class KnowledgeBaseExists(Conflict):
    """A knowledge base of that name exists in this workspace."""

    code = "knowledge_base.exists"
    title = "A knowledge base of this name exists"


class MetadataRequiredMissing(InvalidRequest):
    """The policy of the document requires metadata that did not come with it."""

    code = "metadata.required_missing"
    title = "Required metadata is missing"


class MetadataTypeConflict(InvalidRequest):
    """A metadata value is not of the type that its key has in this knowledge base."""

    code = "metadata.type_conflict"
    title = "A metadata value is of the wrong type"


class PolicyReserved(Conflict):
    """The name is that of a policy that comes with the product, which does not change."""

    code = "policy.reserved"
    title = "This policy comes with the product and cannot be changed"


class Unavailable(CatalystError):
    """A part that is needed is not ready; the same call may succeed later."""

    code = "service.unavailable"
    status = 503
    title = "The service is not ready"
    exit_code = 69  # EX_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}
    transient = True


class AuditBroken(CatalystError):
    """The hash chain of the audit log does not verify."""

    code = "audit.broken"
    status = 500
    title = "The audit chain does not verify"


class DocumentError(CatalystError):
    """A document cannot become evidence, for a reason that trying again will not change."""

    code = "document.unusable"
    status = 422
    title = "The document cannot be used"
    exit_code = 65


class UnsupportedMedia(DocumentError):
    """The bytes are of a kind that no parser reads."""

    code = "document.unsupported_media"
    status = 415
    title = "Documents of this kind cannot be read"


class CorruptDocument(DocumentError):
    """The bytes claim to be of a kind and are damaged."""

    code = "document.corrupt"
    title = "The document is damaged"


class EncryptedDocument(DocumentError):
    """The document asks for a password."""

    code = "document.encrypted"
    title = "The document is protected by a password"


class MislabelledDocument(UnsupportedMedia):
    """The name promises one kind and the bytes are not of it: a log-in page saved as a PDF."""

    code = "document.wrong_extension"
    title = "The document is not what its name says"


class TruncatedDocument(CorruptDocument):
    """The bytes end before the document does."""

    code = "document.truncated"
    title = "The document is cut off"


class DocumentWithoutText(DocumentError):
    """The document was read, and no text was found in it: no letters, not even in its pictures."""

    code = "document.no_text"
    title = "The document holds no text"


class EmptyDocument(DocumentWithoutText):
    """There are no bytes, or nothing but blanks."""

    code = "document.empty"
    title = "The document is empty"


class DocumentWithMacros(DocumentError):
    """The office document carries a program (VBA), and the settings refuse such documents."""

    code = "document.macros"
    title = "The document carries macros"


class DocumentTooLarge(DocumentError):
    """A limit on size or on the amount of text was passed while reading the document."""

    code = "document.too_large"
    status = 413
    title = "The document is larger than the limits allow"


class TooManyPages(DocumentTooLarge):
    """The document has more pages than one document may have."""

    code = "document.too_many_pages"
    title = "The document has too many pages"


class ExpandsTooMuch(DocumentTooLarge):
    """The document unpacks to far more than it takes: an archive bomb or a picture bomb."""

    code = "document.expands_too_much"
    title = "The document unpacks to more than the limits allow"


class NestedTooDeep(DocumentTooLarge):
    """Messages inside messages, or elements inside elements, beyond the limit."""

    code = "document.nested_too_deep"
    title = "The document is nested too deeply"


class TooManyAttachments(DocumentTooLarge):
    """The message carries more files than one document may."""

    code = "document.too_many_attachments"
    title = "The document carries too many attachments"


class DocumentTooSlow(DocumentError):
    """Reading the document took longer than one document may."""

    code = "document.too_slow"
    title = "Reading the document takes too long"


class DocumentNeedsMemory(DocumentTooLarge):
    """Reading the document took more memory than a compute worker may have."""

    code = "document.needs_memory"
    title = "Reading the document takes too much memory"


class DocumentCrashesReader(DocumentError):
    """Reading the document ended the process that read it: damage, or malice."""

    code = "document.crashes_reader"
    title = "Reading the document ended the process that read it"


class ProcessingFailed(CatalystError):
    """A compute worker died or ran out of time on a document, more often than is allowed."""

    code = "document.processing_failed"
    status = 500
    title = "Processing the document failed"
    transient = True


class QueueUnreachable(Unavailable):
    """The queue of wake-up calls does not answer; what was accepted is safe and waits."""

    code = "queue.unreachable"
    title = "The queue cannot be reached"


class QueueFull(CatalystError):
    """More documents wait than the settings allow: try again when some are done."""

    code = "queue.full"
    status = 429
    title = "Too many documents are waiting"
    exit_code = 75  # EX_TEMPFAIL
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "30"}
    transient = True


class LeaseLost(CatalystError):
    """The work is in other hands by now: what this worker made of it is not taken."""

    code = "lease.lost"
    status = 409
    title = "The document is in other hands"


class WorkCancelled(CatalystError):
    """The job was cancelled while a worker had the document in hand."""

    code = "job.cancelled"
    status = 409
    title = "The job was cancelled"


class JobNotFound(NotFound):
    """No job, or no document of a job, of that id in this workspace."""

    code = "job.not_found"
    title = "There is no such job"


class JobNotEnded(CatalystError):
    """The job is still under way after the time that was given to wait; it goes on."""

    code = "job.not_ended"
    status = 504
    title = "The job has not ended yet"
    exit_code = 75  # EX_TEMPFAIL
    transient = True


class JobNotRetryable(Conflict):
    """The document has not failed, so there is nothing to try again."""

    code = "job.not_retryable"
    title = "There is nothing to try again"


class IdempotencyConflict(Conflict):
    """The idempotency key came before with another request."""

    code = "request.idempotency_conflict"
    status = 422
    title = "The idempotency key belongs to another request"


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


class DocumentSuperseded(DocumentError):
    """A newer version of the document was accepted before this one was indexed."""

    code = "document.superseded"
    status = 409
    title = "A newer version of the document came first"


def all_error_types() -> tuple[type[CatalystError], ...]:
    """Every class of the tree, ordered by code: the reference page and the tests read it."""
    found: dict[str, type[CatalystError]] = {}
    todo: list[type[CatalystError]] = [CatalystError]
    while todo:
        kind = todo.pop()
        found[kind.code] = kind
        todo.extend(kind.__subclasses__())
    return tuple(found[code] for code in sorted(found))


def error_from_code(code: str, detail: str, context: Mapping[str, ContextValue]) -> CatalystError:
    """Rebuild an error that crossed a process or the network; unknown codes become the root."""
    kinds = {kind.code: kind for kind in all_error_types()}
    error = kinds.get(code, CatalystError)(detail)
    error.context.update(context)
    return error
