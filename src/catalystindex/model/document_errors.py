"""Errors of documents: what cannot be read, and why."""

from catalystindex.model.error_base import CatalystError


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


class DocumentSuperseded(DocumentError):
    """A newer version of the document was accepted before this one was indexed."""

    code = "document.superseded"
    status = 409
    title = "A newer version of the document came first"
