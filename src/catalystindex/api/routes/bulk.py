"""Ingest many documents at once: named in JSON, or sent along in a form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import FormData, UploadFile

from catalystindex.api.access import GuardedRoute
from catalystindex.api.middleware import BULK_BYTES
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.routes.ingest import IdempotencyKey, clean_filename
from catalystindex.api.threads import on_ingest_thread
from catalystindex.jobs.contents import UploadedFile
from catalystindex.jobs.submissions import Order
from catalystindex.model.document import Metadata
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.job import MAX_BULK, BulkDocument, BulkRequest, Job
from catalystindex.model.members import few_members
from catalystindex.model.sources import UploadSource

router = APIRouter(route_class=GuardedRoute, tags=["ingest"])

FORM = "multipart/form-data"
MAX_KEY = 512
MAX_FIELDS = 8
"""Fields of a form besides its files; together they are as large as a submission in JSON may be."""
Model = TypeVar("Model", bound=BaseModel)


class BulkForm(BaseModel):
    """The `request` of a form: as in JSON; without `documents` every file is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _members = model_validator(mode="before")(few_members)

    knowledge_base: str = Field(max_length=64)
    documents: list[BulkDocument] | None = Field(default=None, min_length=1, max_length=MAX_BULK)
    metadata: Metadata = Field(default_factory=dict)
    policy: str | None = Field(default=None, max_length=64)
    force: bool = False
    label: Annotated[str, Field(max_length=200)] = ""


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/BulkRequest"}},
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["request", "files"],
                    "properties": {
                        "request": {
                            "type": "string",
                            "description": "A BulkRequest as JSON. The source of a document that "
                            'is sent along is `{"kind": "upload", "file": N}`, N counting `files` '
                            "from 0; without `documents` every file is one, its name the key.",
                            "examples": ['{"knowledge_base": "cases"}'],
                        },
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            },
        },
    }
}


@router.post(
    "/ingest/bulk",
    status_code=202,
    responses={
        202: {"model": Job, "description": "Accepted and safe; the job tells how far it is."},
    },
    summary="Ingest many documents",
    openapi_extra=BODY,
)
async def ingest_bulk(
    owner: OwnerDep,
    tenant: TenantDep,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Record a job and its documents, and answer; workers take it from there."""
    wanted, files = await _read(request)
    order = Order(uuid4().hex, idempotency_key)
    submitted = await on_ingest_thread(owner.submissions.bulk, tenant, wanted, files, order)
    response.headers["Location"] = f"/v1/jobs/{submitted.job_id}"
    return await on_ingest_thread(owner.jobs.show, tenant, submitted.job_id)


async def _read(request: Request) -> tuple[BulkRequest, list[UploadedFile]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        return await on_ingest_thread(_validated, BulkRequest, await request.body()), []
    async with request.form(
        max_files=MAX_BULK, max_fields=MAX_FIELDS, max_part_size=BULK_BYTES // MAX_FIELDS
    ) as form:
        files = [await _file(part) for part in form.getlist("files")]
        said = await on_ingest_thread(_validated, BulkForm, _request_field(form))
    return _as_request(said, files), files


def _request_field(form: FormData) -> bytes:
    text = form.get("request")
    if not isinstance(text, str):
        raise InvalidRequest("The form has no field `request`.", field="request")
    return text.encode("utf-8")


async def _file(part: UploadFile | str) -> UploadedFile:
    if isinstance(part, str):
        raise InvalidRequest("`files` holds text where a file was expected.", field="files")
    return UploadedFile(await part.read(), part.filename or "document", part.content_type)


def _as_request(form: BulkForm, files: Sequence[UploadedFile]) -> BulkRequest:
    values: Mapping[str, object] = form.model_dump()
    documents = form.documents
    if documents is None:
        documents = [
            BulkDocument(source=UploadSource(file=place), key=_key(file.filename))
            for place, file in enumerate(files)
        ]
    return _checked(BulkRequest, {**values, "documents": documents})


def _key(filename: str) -> str:
    """Return a file's name, folders and all, as the key of its document."""
    visible = "".join(char for char in filename if char.isprintable()).strip()
    return visible[-MAX_KEY:] or clean_filename(filename)


def _validated(model: type[Model], text: bytes) -> Model:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _invalid(error) from None


def _checked(model: type[Model], values: Mapping[str, object]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> RequestValidationError:
    return RequestValidationError(error.errors(include_url=False, include_input=False))
