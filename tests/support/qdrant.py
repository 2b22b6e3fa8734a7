"""Qdrant in tests: the client's local mode in a folder, and a real server where there is one.

Local mode is the client library's own brute-force engine. It reads the same requests and answers
in the same forms, and speaks no HTTP: sharding, replicas, HNSW and durability are not in it.
"""

import os
import warnings
from collections.abc import Callable
from pathlib import Path

from qdrant_client import QdrantClient

from catalystindex.config.sections import VectorsSettings
from catalystindex.model.ids import content_id
from catalystindex.stores.vectors.qdrant import QdrantVectorStore
from catalystindex.stores.vectors.qdrant_collections import (
    create_collection,
    drop_collection,
    open_client,
)

SERVER_URL = os.environ.get("CATALYST_TEST_QDRANT_URL")
"""A Qdrant server that tests may make collections on and drop them from."""

NOT_VERIFIED = "not verified on a server"

SETTINGS = VectorsSettings()


def open_local(folder: Path, dimension: int) -> QdrantVectorStore:
    """Open the store that local mode keeps in this folder, and make it the first time."""
    client = QdrantClient(path=str(folder / "qdrant"))
    return _open(client, "contract", dimension, SETTINGS)


def open_on_server(folder: Path, dimension: int) -> QdrantVectorStore:
    """Open the store that the server keeps under the name of this folder."""
    settings = VectorsSettings(url=SERVER_URL)
    return _open(open_client(settings), _name(folder), dimension, settings)


def drop_from_server(folder: Path) -> None:
    """Remove what `open_on_server` made for this folder."""
    client = open_client(VectorsSettings(url=SERVER_URL))
    drop_collection(client, _name(folder))
    client.close()


OPENERS: dict[str, Callable[[Path, int], QdrantVectorStore]] = {"qdrant-local": open_local}
if SERVER_URL:
    OPENERS["qdrant-server"] = open_on_server


def _name(folder: Path) -> str:
    return f"contract-{content_id('test', str(folder))}"


def _open(
    client: QdrantClient, name: str, dimension: int, settings: VectorsSettings
) -> QdrantVectorStore:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        create_collection(client, name, dimension, settings)
    return QdrantVectorStore(client, name, dimension, owns_client=True)
