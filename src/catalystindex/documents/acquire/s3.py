"""Objects of S3 and of stores that speak its protocol, in the buckets that the settings name."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from obstore.exceptions import NotModifiedError
from obstore.store import S3Store

from catalystindex.config.acquisition import AcquisitionSettings
from catalystindex.documents.acquire.base import Control, Fetched, Listed, NotModified, Validators
from catalystindex.documents.acquire.body import bounded, too_large
from catalystindex.documents.acquire.globs import Selection
from catalystindex.documents.acquire.headers import media_type, safe_name
from catalystindex.documents.acquire.s3_errors import as_source_errors
from catalystindex.model.document import MAX_METADATA_TEXT
from catalystindex.model.errors import SourceNotConfigured, SourceNotFound, SourceUnavailable
from catalystindex.model.sources import S3PrefixSource, S3Source

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, S3Config, S3Credential

STEP = 1024 * 1024
"""Bytes of one read, as it comes from the store."""

PAGE = 1000
"""Keys of one batch: what S3 answers to one request."""


class Buckets:
    """Reads the buckets of `acquisition.s3_buckets`."""

    def __init__(self, settings: AcquisitionSettings) -> None:
        self._settings = settings
        self._stores: dict[str, S3Store] = {}
        self._lock = Lock()

    def fetch(
        self, source: S3Source, known: Validators | None, control: Control
    ) -> Fetched | NotModified:
        """Return an object, or `NotModified` if it has the entity tag of ``known``.

        Raises `AcquisitionError`, and what ``control`` raises.
        """
        control.check()
        bucket, key = _split(source.uri)
        store = self.open(bucket)
        tag = known.etag if known is not None else None
        with as_source_errors(source.uri):
            try:
                result = store.get(key, options={"if_none_match": tag} if tag else None)
            except NotModifiedError:
                return NotModified()
            return self._read(source.uri, key, result, control)

    def _read(self, uri: str, key: str, result: "GetResult", control: Control) -> Fetched:
        meta, limit = result.meta, self._settings.max_bytes
        if meta["size"] > limit:
            raise too_large(uri, limit)
        chunks = result.stream(min_chunk_size=STEP)
        data = b"".join(bounded((bytes(one) for one in chunks), limit, uri, control.check))
        if len(data) != meta["size"]:
            raise SourceUnavailable(f"{uri} was cut off on the way.", place=uri)
        declared = result.attributes.get("Content-Type")
        tag = meta["e_tag"]
        return Fetched(
            data,
            safe_name(key) or "document",
            media_type(declared if isinstance(declared, str) else None),
            metadata={"source_url": uri} if len(uri) <= MAX_METADATA_TEXT else {},
            validators=Validators(etag=tag) if tag else None,
        )

    def list(self, source: S3PrefixSource, control: Control) -> Iterator[Listed]:
        """Yield the objects below a prefix in the order of their keys.

        A prefix is whole names: ``2025`` means ``2025/``. Markers of folders (empty objects whose
        key ends in a slash) are left out. Raises `AcquisitionError`, and what ``control`` raises.
        """
        bucket, prefix = _split(source.uri)
        prefix = prefix.strip("/")
        store = self.open(bucket)
        wanted = Selection(source.include, source.exclude, source.limit)
        empty: set[str] = set()
        keys = self._keys(store, source.uri, prefix, control, empty)
        for path in wanted.take(keys, source.uri):
            control.check()
            key = f"{prefix}/{path}" if prefix else path
            if path in empty and not _is_object(store, key, source.uri):
                continue
            uri = f"s3://{bucket}/{key}"
            yield Listed(uri, S3Source(uri=uri))

    def _keys(
        self, store: S3Store, uri: str, prefix: str, control: Control, empty: set[str]
    ) -> Iterator[str]:
        """Yield keys below the prefix, without it; collect those of empty objects."""
        found = False
        with as_source_errors(uri):
            for batch in store.list(prefix or None, chunk_size=PAGE):
                control.check()
                found = found or bool(batch)
                paths = [(_below(item["path"], prefix), item["size"]) for item in batch]
                empty.update(path for path, size in paths if size == 0)
                yield from (path for path, _ in paths)
        if not found:
            raise SourceNotFound(
                f"No object is below {uri}. A prefix is whole names, up to a slash.", place=uri
            )

    def open(self, bucket: str) -> S3Store:
        """Return the store of a bucket. Raises `SourceNotConfigured`."""
        if bucket not in self._settings.s3_buckets:
            raise SourceNotConfigured(
                f"This server does not read the bucket {bucket!r}: an operator names it in "
                "`acquisition.s3_buckets`.",
                bucket=bucket,
            )
        with self._lock:
            if bucket not in self._stores:
                self._stores[bucket] = _store(bucket, self._settings)
            return self._stores[bucket]

    def close(self) -> None:
        """Let go of the stores and their connections."""
        with self._lock:
            self._stores.clear()

    def probe(self, bucket: str) -> None:
        """Ask for one key of a bucket; an empty bucket is well. Raises `AcquisitionError`."""
        uri = f"s3://{bucket}"
        with as_source_errors(uri):
            next(iter(self.open(bucket).list(chunk_size=1)), None)


def _is_object(store: S3Store, key: str, uri: str) -> bool:
    """Tell an empty object from the marker of a folder, whose key lost its slash in a listing."""
    with as_source_errors(uri):
        try:
            store.head(key)
        except FileNotFoundError:
            return False
    return True


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _store(bucket: str, settings: AcquisitionSettings) -> S3Store:
    config: S3Config = {"region": settings.s3_region}
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=settings.connect_timeout),
        "read_timeout": timedelta(seconds=settings.read_timeout),
        "timeout": timedelta(seconds=settings.total_timeout),
        "user_agent": settings.user_agent,
    }
    if settings.s3_endpoint is not None:
        config["endpoint"] = settings.s3_endpoint
        client["allow_http"] = settings.s3_endpoint.startswith("http://")
    credentials = partial(_credentials, settings)
    return S3Store(
        bucket,
        config=config,
        client_options=client,
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
        credential_provider=credentials if settings.s3_access_key_id else None,
    )


def _credentials(settings: AcquisitionSettings) -> "S3Credential":
    """Return the credentials of the settings alone: a token of the environment is not theirs."""
    key_id, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    if key_id is None or secret is None:
        raise SourceNotConfigured("The credentials for S3 are not set.")
    return {
        "access_key_id": key_id.get_secret_value(),
        "secret_access_key": secret.get_secret_value(),
        "token": None,
        "expires_at": None,
    }


def _below(path: str, prefix: str) -> str:
    return path.removeprefix(f"{prefix}/") if prefix else path
