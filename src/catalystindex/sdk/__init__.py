"""The Python SDK: a typed client of the HTTP API.

>>> from catalystindex.sdk import Client
>>> with Client("http://127.0.0.1:8080", token) as client:  # doctest: +SKIP
...     for hit in client.search("who approves a politically exposed customer?").hits:
...         print(hit.citation.title, hit.citation.pages, hit.text)

Errors are the product's own tree (`catalystindex.model.errors`), the same as on the server.
"""

from catalystindex.model.errors import CatalystError
from catalystindex.sdk.client import Client

__all__ = ["CatalystError", "Client"]
