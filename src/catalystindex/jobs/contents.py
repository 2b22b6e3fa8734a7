"""What a submission brings along: bytes, merged metadata, and the hash that stands for it all."""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from catalystindex.documents.acquire.base import Fetched
from catalystindex.documents.library import Submission
from catalystindex.documents.versions import canonical_metadata
from catalystindex.model.document import Metadata
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.ids import Canonical, canonical_bytes, content_hash
from catalystindex.model.job import BulkRequest
from catalystindex.model.sources import InlineSource, Source, StoredSource, UploadSource

MAX_FILENAME = 255

_metadata: TypeAdapter[Metadata] = TypeAdapter(Metadata)


@dataclass(frozen=True)
class UploadedFile:
    """A file of a form."""

    data: bytes = field(repr=False)
    filename: str
    media_type: str | None = None


def brought(request: BulkRequest, files: Sequence[UploadedFile]) -> dict[int, Fetched]:
    """Return the documents whose bytes came with the request, by their place in it.

    Raises `InvalidRequest` naming the place of a mistake.
    """
    found = {}
    for place, one in enumerate(request.documents):
        content = _content(one.source, files, f"documents.{place}.source")
        if content is not None:
            found[place] = content
    return found


def elsewhere(source: Source) -> StoredSource:
    """Return a source that is fetched from later."""
    if isinstance(source, InlineSource | UploadSource):
        raise TypeError("what came with the request is packed")
    return source


def merged(request: BulkRequest, place: int) -> Metadata:
    """Return the metadata of a document: its own before the submission's.

    Raises `InvalidRequest` when both together are more than a document may have.
    """
    said = {**request.metadata, **request.documents[place].metadata}
    try:
        return _metadata.validate_python(said)
    except ValidationError as error:
        field_name = f"documents.{place}.metadata"
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise InvalidRequest(f"{field_name}: {reason}.", field=field_name) from None


def fingerprint_of_request(request: BulkRequest, files: Sequence[UploadedFile]) -> str:
    """Return the hash of a submission of many."""
    body: Canonical = [request.model_dump_json(), [content_hash(file.data) for file in files]]
    return content_hash(canonical_bytes(body))


def fingerprint_of(submission: Submission) -> str:
    """Return the hash of a submission of one."""
    said: Mapping[str, Canonical] = {
        "knowledge_base": submission.knowledge_base,
        "content": content_hash(submission.data),
        "filename": submission.filename,
        "media_type": submission.media_type,
        "key": submission.key,
        "title": submission.title,
        "metadata": canonical_metadata(submission.metadata),
        "policy": submission.policy,
        "force": submission.force,
    }
    return content_hash(canonical_bytes(dict(said)))


def _content(source: Source, files: Sequence[UploadedFile], place: str) -> Fetched | None:
    if isinstance(source, UploadSource):
        if source.file >= len(files):
            raise InvalidRequest(f"{place}: the form has no file {source.file}.", field=place)
        file = files[source.file]
        return Fetched(file.data, _visible(file.filename), file.media_type)
    if not isinstance(source, InlineSource):
        return None
    return Fetched(_inline(source, place), _visible(source.filename), source.media_type)


def _visible(filename: str) -> str:
    """Return a name that came with a request without control characters, of bounded length.

    Its folders stay: they tell documents apart that were given no key.
    """
    shown = "".join(char for char in filename if char.isprintable())
    return shown[-MAX_FILENAME:].strip() or "document"


def _inline(source: InlineSource, place: str) -> bytes:
    if source.content is not None:
        return source.content.encode("utf-8", "replace")
    try:
        return b64decode(source.content_base64 or "", validate=True)
    except (binascii.Error, ValueError) as error:
        field_name = f"{place}.content_base64"
        raise InvalidRequest(f"{field_name}: {error}.", field=field_name) from error
