"""What is there after a run: documents, their chunks and vectors, by what can be asked and read."""

import sqlite3
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import qdrant_edge as edge

from benchmarks.chaos.feed import BASE
from benchmarks.chaos.watch import reading
from catalystindex.documents.artifacts import decode_vectors
from catalystindex.model.ids import content_id
from catalystindex.owner.assembly import ARTIFACT_FOLDER
from catalystindex.sdk import Client
from catalystindex.stores.artifacts.base import VersionPlace
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.vectors.payload import VERSION

VECTORS = "vectors.npz"
"""The artifact of the packaged encoder."""


@dataclass(frozen=True)
class Known:
    """A document as the API shows it."""

    id: str
    knowledge_base_id: str
    version_id: str
    status: str
    code: str | None
    content_hash: str
    chunk_ids: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """A point of the index: whose it is, and a hash of its vectors and fields."""

    version_id: str
    told: str


@dataclass(frozen=True)
class Items:
    """Documents of jobs, counted."""

    outcomes: Counter[str]
    codes: dict[str, str]
    """Key or place of what failed to its error code."""
    attempts: int
    total: int


def documents_of(client: Client) -> dict[str, Known]:
    """Return every document by its key."""
    return {
        one.key: Known(
            one.id,
            one.knowledge_base_id,
            one.version_id,
            one.status.value,
            one.problem.code if one.problem else None,
            one.content_hash,
            tuple(chunk.id for chunk in client.documents.chunks(one.id)),
        )
        for one in client.documents.all(knowledge_base=BASE)
    }


def items_of_jobs(client: Client, job_ids: list[str]) -> Items:
    """Return what the jobs say of their documents."""
    found = [item for job_id in job_ids for item in client.jobs.documents(job_id)]
    outcomes = Counter(item.outcome.value if item.outcome else item.state.value for item in found)
    codes = {item.key or item.place: item.problem.code for item in found if item.problem}
    attempts = sum(item.total_attempts for item in found)
    return Items(outcomes, codes, attempts, len(found))


def vectors_of(data: Path, tenant_key: str, documents: dict[str, Known]) -> dict[str, str]:
    """Return a hash over the dense and sparse vectors of each document that has some."""
    artifacts = LocalArtifacts(data / ARTIFACT_FOLDER)
    found = {}
    for key, one in documents.items():
        place = VersionPlace(tenant_key, one.knowledge_base_id, one.id, one.version_id)
        if one.chunk_ids:
            found[key] = _hash_of(artifacts.get(place.path(VECTORS)))
    return found


def _hash_of(data: bytes) -> str:
    vectors = decode_vectors(data)
    digest = blake2b(vectors.dense.tobytes())
    for terms in vectors.sparse:
        digest.update(terms.indices.tobytes() + b"|" + terms.values.tobytes())
    return digest.hexdigest()


def points_of(data: Path) -> dict[str, Point]:
    """Return every point in the index of a stopped server."""
    found: dict[str, Point] = {}
    for folder in sorted((data / "vectors").glob("g*/*/")):
        shard = edge.EdgeShard.load(str(folder))
        try:
            request = edge.ScrollRequest(limit=1_000_000, with_payload=True, with_vector=True)
            for record in shard.scroll(request)[0]:
                fields = dict(record.payload or {})
                told = repr((_spelled(record.vector), sorted(fields.items())))
                found[str(record.id)] = Point(str(fields[VERSION]), content_id("point", told))
        finally:
            shard.close()
    return found


def strays_of(data: Path) -> list[str]:
    """Return artifacts, packs and parts of files that belong to no recorded version."""
    recorded = {str(row[0]) for row in rows(data, "SELECT id FROM versions")}
    folder = data / ARTIFACT_FOLDER
    files = sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())
    known = set(LocalArtifacts(folder).keys(""))
    return [file for file in files if file not in known or file.split("/")[-2] not in recorded]


def _spelled(vectors: object) -> list[tuple[str, str]]:
    """Return named vectors to the last digit, by name: the engine gives them in no order."""
    if not isinstance(vectors, dict):
        raise TypeError("points of the index have vectors by name")
    return sorted((str(name), repr(vector)) for name, vector in vectors.items())


def rows(data: Path, query: str) -> list[sqlite3.Row]:
    """Return what the records answer."""
    with reading(data) as connection:
        return list(connection.execute(query))
