"""The form of a bulk submission, as it is read."""

import asyncio
import json

import httpx
from starlette.requests import Request
from starlette.types import Message

from catalystindex.api.routes.bulk import _read


def test_a_form_says_as_much_of_its_documents_as_json_does() -> None:
    """More than the megabyte that a field of a form has otherwise."""
    said = {"source": {"kind": "upload", "file": 0}, "title": "t" * 450}
    documents = [{**said, "key": str(number)} for number in range(3000)]
    sent = httpx.Request(
        "POST",
        "http://localhost/v1/ingest/bulk",
        data={"request": json.dumps({"knowledge_base": "bank", "documents": documents})},
        files=[("files", ("a.txt", b"A.", "text/plain"))],
    )
    body = sent.read()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(name.lower(), value) for name, value in sent.headers.raw]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    wanted, files = asyncio.run(_read(Request(scope, receive)))
    assert len(wanted.documents) == 3000
    assert [one.data for one in files] == [b"A."]
