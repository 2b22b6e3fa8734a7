"""The examination behind `catalystctl doctor`: each part is used once, in a scratch folder."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from catalystindex.config.profiles import check_profile
from catalystindex.config.settings import Settings
from catalystindex.documents.acquire.checks import check_sources
from catalystindex.embedding.encoder import load_encoder
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import ConfigurationError
from catalystindex.model.health import Check
from catalystindex.model.ids import content_id
from catalystindex.owner.assembly import key_file
from catalystindex.owner.checks import CheckFailed, run_check
from catalystindex.owner.lock import is_owned, read_owner
from catalystindex.security.keys import load_or_create_key
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.queue.open import open_queue
from catalystindex.stores.records.engine import describe, open_sqlite
from catalystindex.stores.vectors.base import SparseTerms, VectorPoint, VectorQuery
from catalystindex.stores.vectors.edge import EdgeVectorStore

LEAST_FREE_BYTES = 1 << 30
PROBE_DIMENSION = 4
QUEUE_PATIENCE = 5.0


def examine(settings: Settings) -> list[Check]:
    """Run every check and report each finding."""
    parts: dict[str, Callable[[Settings], str]] = {
        "python": _python,
        "profile": _profile,
        "data folder": _data_folder,
        "owner": _owner,
        "key file": _key_file,
        "embedding": _embedding,
        "records engine": _records,
        "vector engine": _vectors,
        "queue": _queue,
    }
    found = [run_check(name, partial(part, settings)) for name, part in parts.items()]
    return found + [run_check(name, part) for name, part in check_sources(settings.acquisition)]


def check_places(settings: Settings) -> None:
    """Check the data folder and the key file. Raises `ConfigurationError`."""
    for part in (_data_folder, _key_file):
        try:
            part(settings)
        except CheckFailed as failed:
            raise ConfigurationError(f"{failed}.") from failed


def _python(settings: Settings) -> str:
    del settings
    return f"{sys.version.split()[0]} on {os.cpu_count()} cores"


def _profile(settings: Settings) -> str:
    check_profile(settings)
    return settings.profile


def _data_folder(settings: Settings) -> str:
    folder = settings.data_dir.resolve()
    if folder.exists() and not folder.is_dir():
        raise CheckFailed(f"{folder} is not a folder")
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        raise CheckFailed(f"{nearest} is not writable")
    free = shutil.disk_usage(nearest).free
    if free < LEAST_FREE_BYTES:
        raise CheckFailed(f"only {free >> 20} MiB are free below {nearest}")
    return f"{folder}, {free >> 30} GiB free"


def _owner(settings: Settings) -> str:
    if not is_owned(settings.data_dir):
        return "nobody owns the data folder now"
    info = read_owner(settings.data_dir)
    return f"'{info.command}', process {info.pid}, {info.url}" if info else "a process that starts"


def _key_file(settings: Settings) -> str:
    path = key_file(settings)
    if not path.exists():
        return "none yet; it is made at the first start"
    load_or_create_key(path)
    return f"{path}, mode 0600"


def _embedding(settings: Settings) -> str:
    encoder = load_encoder(settings.embedding)
    near, same, far = encoder.encode(["cash deposit", "deposit of cash", "the moon is bright"])
    if float(near @ same) <= float(near @ far):
        raise CheckFailed("the encoder puts unlike texts closer than like ones")
    return f"{encoder.identity.name} ({encoder.identity.dimension}) on {encoder.engine}"


def _records(settings: Settings) -> str:
    if settings.records.url is not None:
        return describe(settings.records, SystemClock())
    with tempfile.TemporaryDirectory() as folder:
        records = open_sqlite(Path(folder), SystemClock(), settings.records.busy_timeout)
        try:
            return f"{records.engine_name}, schema at head"
        finally:
            records.close()


def _queue(settings: Settings) -> str:
    """Leave a call and take it, on the queue of the settings or on a Valkey made for this."""
    with tempfile.TemporaryDirectory() as folder:
        opened = open_queue(
            settings.queue.model_copy(update={"name": f"{settings.queue.name}-doctor"}),
            Path(folder),
            embedded=True,
        )
        try:
            opened.queue.wake(Lane.COMPUTE, "doctor")
            if opened.queue.wait(Lane.COMPUTE, QUEUE_PATIENCE) != "doctor":
                raise CheckFailed("a call that was left did not come")
            return opened.queue.name if settings.queue.url else "RQ on a Valkey of its own"
        finally:
            opened.close()


def _vectors(settings: Settings) -> str:
    del settings
    tenant = make_tenant("doctor", "doctor", "doctor")
    unit = np.eye(PROBE_DIMENSION, dtype=np.float32)[0]
    terms = SparseTerms(np.array([1], np.uint32), np.array([1.0], np.float32))
    chunk = content_id("chunk", "doctor")
    point = VectorPoint(chunk, "kb", "doc", "version", "semantic", "text/plain", {}, unit, terms)
    with tempfile.TemporaryDirectory() as folder:
        store = EdgeVectorStore(Path(folder) / "vectors", PROBE_DIMENSION)
        try:
            store.upsert(tenant, [point])
            found = store.query(tenant, VectorQuery(["kb"], 1, dense=unit, sparse=terms))
        finally:
            store.close()
    if [hit[0] for hit in (*found.dense, *found.sparse)] != [chunk, chunk]:
        raise CheckFailed("Qdrant Edge did not find the point it was given")
    return "Qdrant Edge"
