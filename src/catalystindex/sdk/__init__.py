"""The Python SDK: typed clients of the HTTP API, synchronous and asynchronous.

>>> from catalystindex.sdk import Client
>>> with Client("http://127.0.0.1:8080", token) as client:  # doctest: +SKIP
...     for hit in client.search("who approves a politically exposed customer?").hits:
...         print(hit.citation.title, hit.citation.pages, hit.text)

`AsyncClient` has the same families and methods, to be awaited. Errors are the product's own tree
(`catalystindex.model.errors`), the same as on the server.
"""

from catalystindex.model.errors import CatalystError
from catalystindex.model.job import BulkDocument, BulkRequest, Job, JobDocument
from catalystindex.sdk.aio.client import AsyncClient
from catalystindex.sdk.calls import CallInfo
from catalystindex.sdk.client import Client
from catalystindex.sdk.events import DocumentChanged, JobChanged, JobEvent

__all__ = [
    "AsyncClient",
    "BulkDocument",
    "BulkRequest",
    "CallInfo",
    "CatalystError",
    "Client",
    "DocumentChanged",
    "Job",
    "JobChanged",
    "JobDocument",
    "JobEvent",
]
