"""The one error tree.

Every failure the product can explain is a `CatalystError`. A class fixes the stable ``code``
(never reworded, clients switch on it), the HTTP status and the title; an instance adds the
sentence for this occurrence and the context a person needs to act. The API renders it as an
RFC 9457 problem, the CLI as one line and an exit code.

The tree is written down in several modules and is one: everybody imports it from here.
"""

from collections.abc import Mapping
from typing import ClassVar

from catalystindex.model.detection_errors import (
    AlertNotFound,
    DetectionFailed,
    DetectionStateInvalid,
    DetectorParameters,
    DetectorUnknown,
    FindingDisorder,
    WindowDisorder,
    WindowFileInvalid,
    WindowFull,
    WindowWithoutEvidence,
)
from catalystindex.model.document_errors import (
    CorruptDocument,
    DocumentCrashesReader,
    DocumentError,
    DocumentNeedsMemory,
    DocumentSuperseded,
    DocumentTooLarge,
    DocumentTooSlow,
    DocumentWithMacros,
    DocumentWithoutText,
    EmptyDocument,
    EncryptedDocument,
    ExpandsTooMuch,
    MislabelledDocument,
    NestedTooDeep,
    ProcessingFailed,
    TooManyAttachments,
    TooManyPages,
    TruncatedDocument,
    UnsupportedMedia,
)
from catalystindex.model.error_base import (
    PROBLEM_TYPE_PREFIX,
    CatalystError,
    Conflict,
    ContextValue,
    NotFound,
    Unavailable,
)
from catalystindex.model.event_errors import (
    ConsumerUnknown,
    EntityNotFound,
    EventBacklogFull,
    EventFileInvalid,
    EventIdMismatch,
    EventInvalid,
    EventLogUnavailable,
    EventTooLarge,
    GraphQueryTooSlow,
    GraphTooLarge,
    GraphUnavailable,
    MoneyInvalid,
    PositionExpired,
    SchemaUnknown,
    StreamLetterNotFound,
    StreamLetterNotOpen,
    SyntheticInvalid,
)
from catalystindex.model.export_errors import ExportFailed, ExportTargetTaken
from catalystindex.model.index_errors import (
    GenerationNotFound,
    ModelReadsLess,
    ReindexUnderWay,
)
from catalystindex.model.job_errors import (
    IdempotencyConflict,
    JobNotEnded,
    JobNotFound,
    JobNotRetryable,
    LeaseLost,
    QueueFull,
    QueueUnreachable,
    TooManyStreams,
    WorkCancelled,
)
from catalystindex.model.source_errors import (
    AcquisitionError,
    ListingTooLarge,
    SourceForbidden,
    SourceNotConfigured,
    SourceNotFound,
    SourceRateLimited,
    SourceRefused,
    SourceRejected,
    SourceTooLarge,
    SourceTooSlow,
    SourceUnavailable,
    SourceWrongType,
    TooManyRedirects,
)

__all__ = [
    "BEARER",
    "PROBLEM_TYPE_PREFIX",
    "AcquisitionError",
    "AlertNotFound",
    "AuditBroken",
    "CatalystError",
    "ConfigurationError",
    "Conflict",
    "ConsumerUnknown",
    "ContextValue",
    "CorruptDocument",
    "DependencyMissing",
    "DetectionFailed",
    "DetectionStateInvalid",
    "DetectorParameters",
    "DetectorUnknown",
    "DocumentCrashesReader",
    "DocumentError",
    "DocumentNeedsMemory",
    "DocumentNotFound",
    "DocumentSuperseded",
    "DocumentTooLarge",
    "DocumentTooSlow",
    "DocumentWithMacros",
    "DocumentWithoutText",
    "EmptyDocument",
    "EncryptedDocument",
    "EntityNotFound",
    "EvaluationDataMissing",
    "EventBacklogFull",
    "EventFileInvalid",
    "EventIdMismatch",
    "EventInvalid",
    "EventLogUnavailable",
    "EventTooLarge",
    "ExpandsTooMuch",
    "ExportFailed",
    "ExportTargetTaken",
    "FindingDisorder",
    "Forbidden",
    "GenerationNotFound",
    "GraphQueryTooSlow",
    "GraphTooLarge",
    "GraphUnavailable",
    "IdempotencyConflict",
    "InvalidPolicy",
    "InvalidRequest",
    "InvalidToken",
    "JobNotEnded",
    "JobNotFound",
    "JobNotRetryable",
    "KnowledgeBaseExists",
    "KnowledgeBaseNotFound",
    "LeaseLost",
    "ListingTooLarge",
    "MetadataRequiredMissing",
    "MetadataTypeConflict",
    "MislabelledDocument",
    "ModelReadsLess",
    "MoneyInvalid",
    "NestedTooDeep",
    "NotFound",
    "OwnerLocked",
    "PayloadTooLarge",
    "PolicyNotFound",
    "PolicyReserved",
    "PositionExpired",
    "ProcessingFailed",
    "QueueFull",
    "QueueUnreachable",
    "ReindexUnderWay",
    "SchemaUnknown",
    "SourceForbidden",
    "SourceNotConfigured",
    "SourceNotFound",
    "SourceRateLimited",
    "SourceRefused",
    "SourceRejected",
    "SourceTooLarge",
    "SourceTooSlow",
    "SourceUnavailable",
    "SourceWrongType",
    "StreamLetterNotFound",
    "StreamLetterNotOpen",
    "SyntheticInvalid",
    "TooManyAttachments",
    "TooManyPages",
    "TooManyRedirects",
    "TooManyStreams",
    "TruncatedDocument",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedMedia",
    "WindowDisorder",
    "WindowFileInvalid",
    "WindowFull",
    "WindowWithoutEvidence",
    "WorkCancelled",
    "all_error_types",
    "error_from_code",
]

BEARER = 'Bearer realm="catalystindex"'
"""The challenge of RFC 6750 section 3."""


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


class EvaluationDataMissing(NotFound):
    """A judged collection lacks a file, a split or any query that could be measured."""

    code = "evaluation.data_missing"
    title = "There is nothing to measure with"
    exit_code = 2


class KnowledgeBaseNotFound(NotFound):
    """No knowledge base of that id or name in this workspace."""

    code = "knowledge_base.not_found"
    title = "There is no such knowledge base"


class PolicyNotFound(NotFound):
    """No chunking policy of that name comes with the product or is in this workspace."""

    code = "policy.not_found"
    title = "There is no such policy"


class DocumentNotFound(NotFound):
    """No document of that id in this workspace."""

    code = "document.not_found"
    title = "There is no such document"


class KnowledgeBaseExists(Conflict):
    """A knowledge base of that name exists in this workspace."""

    code = "knowledge_base.exists"
    title = "A knowledge base of this name exists"


class KnowledgeBaseReserved(Conflict):
    """The knowledge base is written by the product itself, from the event stream."""

    code = "knowledge_base.reserved"
    title = "This knowledge base is written by the stream"


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


class AuditBroken(CatalystError):
    """The hash chain of the audit log does not verify."""

    code = "audit.broken"
    status = 500
    title = "The audit chain does not verify"


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
