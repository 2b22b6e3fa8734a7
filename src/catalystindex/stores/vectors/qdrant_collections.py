"""A Qdrant server's client and collections: open, create, check, list, drop.

Each index generation is one collection named ``<prefix><generation id>``. Where things lie is said
with ``on_disk``, which every server from 1.11 to 1.20 takes; 1.19 began to prefer ``memory``.
"""

import ssl

from qdrant_client import QdrantClient, models

from catalystindex.config.sections import VectorsSettings
from catalystindex.model.errors import ConfigurationError
from catalystindex.stores.vectors.payload import DOCUMENT, KNOWLEDGE_BASE, TENANT, VERSION
from catalystindex.stores.vectors.qdrant_calls import answer_at_start, answer_of

DENSE = "text_dense"
SPARSE = "text_sparse"

OLDEST_SERVER = (1, 19)
"""Matching keywords by prefix came with 1.19 (indexes without HNSW links with 1.17, fallback shards
with 1.16); client 1.20 is tested with 1.17 to 1.20."""

TENANT_LINKS = 16
"""HNSW edges of a point to points of the same tenant or knowledge base (`payload_m`). There is no
graph over all (`m` = 0): every search names a tenant, so links to other tenants are never walked,
cost memory, and make building slower. The values are those of Qdrant's multitenancy guide."""

FULL_SCAN_KB = 10_000
"""Where fewer kilobytes of vectors pass the filter they are searched exactly (Qdrant's default;
6,666 vectors of 384 dimensions)."""

FALLBACK_SHARD = "shared"
"""Shard key of every tenant that has no shard of its own. It is one shard, whatever
`vectors.shard_number`: Qdrant routes to a fallback of one shard only."""

COLLECTION_TIMEOUT = 60
"""Seconds for making a collection: in a cluster all nodes have to agree."""


def open_client(settings: VectorsSettings) -> QdrantClient:
    """Return a client of the server at ``vectors.url``, which answered and accepted the key.

    Raises `ConfigurationError` (no URL, key refused, server too old) or `Unavailable`.
    """
    if settings.url is None:
        raise ConfigurationError("'vectors.url' is not set.", key="vectors.url")
    key = settings.api_key
    client = QdrantClient(
        url=settings.url,
        api_key=key.get_secret_value() if key else None,
        timeout=settings.timeout,
        prefer_grpc=False,
        check_compatibility=False,  # it warns where we refuse
        verify=_trust(settings) if settings.url.startswith("https:") else True,
    )
    try:
        _check_version(answer_at_start(client.info).version)
        answer_at_start(client.get_collections)
    except Exception:
        client.close()
        raise
    return client


def create_collection(
    client: QdrantClient, name: str, dimension: int, settings: VectorsSettings
) -> None:
    """Make the collection of a generation for unit vectors of this length, unless it exists.

    Raises `ConfigurationError` if it exists with other vectors.
    """
    if not answer_of(lambda: client.collection_exists(name)):
        answer_of(lambda: _create(client, name, dimension, settings))
    check_collection(client, name, dimension, tenant_shards=settings.tenant_shards)
    if settings.tenant_shards:
        _create_fallback_shard(client, name, settings)
    for field, schema in _index_schemas(settings.on_disk).items():
        answer_of(
            lambda field=field, schema=schema: client.create_payload_index(  # type: ignore[misc]
                name, field, schema, wait=True
            )
        )


def check_collection(
    client: QdrantClient, name: str, dimension: int, *, tenant_shards: bool = False
) -> None:
    """Raise `ConfigurationError` unless the collection is there and of our layout."""
    if not answer_at_start(lambda: client.collection_exists(name)):
        raise ConfigurationError(f"Qdrant has no collection {name!r}.", key="vectors.url")
    params = answer_at_start(lambda: client.get_collection(name)).config.params
    dense = params.vectors.get(DENSE) if isinstance(params.vectors, dict) else None
    sparse = (params.sparse_vectors or {}).get(SPARSE)
    if dense is None or sparse is None or dense.distance != models.Distance.DOT:
        raise ConfigurationError(
            f"The collection {name!r} is not an index of this product.", key="vectors.url"
        )
    if sparse.modifier not in (None, models.Modifier.NONE):
        raise ConfigurationError(
            f"The collection {name!r} weighs terms itself; our queries carry the weights.",
            key="vectors.url",
        )
    if dense.size != dimension:
        raise ConfigurationError(
            f"The collection {name!r} holds vectors of {dense.size} dimensions, and the encoder"
            f" makes {dimension}.",
            key="embedding.model_path",
            dimension=dimension,
            found=dense.size,
        )
    if (params.sharding_method == models.ShardingMethod.CUSTOM) != tenant_shards:
        raise ConfigurationError(
            f"The collection {name!r} was made with another 'vectors.tenant_shards'.",
            key="vectors.tenant_shards",
        )


def list_collections(client: QdrantClient, prefix: str) -> list[str]:
    """Return the names of all collections that begin with the prefix, in order."""
    found = answer_of(client.get_collections).collections
    return sorted(entry.name for entry in found if entry.name.startswith(prefix))


def drop_collection(client: QdrantClient, name: str) -> None:
    """Remove a collection and everything in it; one that is not there is no error."""
    answer_of(lambda: client.delete_collection(name, timeout=COLLECTION_TIMEOUT))


def _create(client: QdrantClient, name: str, dimension: int, settings: VectorsSettings) -> bool:
    method = models.ShardingMethod.CUSTOM if settings.tenant_shards else models.ShardingMethod.AUTO
    return client.create_collection(
        name,
        vectors_config={
            DENSE: models.VectorParams(
                size=dimension, distance=models.Distance.DOT, on_disk=settings.on_disk
            )
        },
        # No `Modifier.IDF`: its frequencies are per shard and over all tenants.
        sparse_vectors_config={
            SPARSE: models.SparseVectorParams(
                index=models.SparseIndexParams(on_disk=settings.on_disk)
            )
        },
        shard_number=settings.shard_number,
        sharding_method=method,
        replication_factor=settings.replication_factor,
        write_consistency_factor=settings.write_consistency,
        on_disk_payload=True,
        hnsw_config=models.HnswConfigDiff(
            m=0, payload_m=TENANT_LINKS, full_scan_threshold=FULL_SCAN_KB
        ),
        quantization_config=_quantisation(settings),
        timeout=COLLECTION_TIMEOUT,
    )


def _quantisation(settings: VectorsSettings) -> models.ScalarQuantization | None:
    if settings.quantisation == "none":
        return None
    return models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(
            type=models.ScalarType.INT8, quantile=0.99, always_ram=True
        )
    )


def _index_schemas(on_disk: bool) -> dict[str, models.KeywordIndexParams]:
    """Return the payload indexes; links are built for what searches filter by, not for the rest."""

    def keyword(*, tenant: bool = False, links: bool = False) -> models.KeywordIndexParams:
        return models.KeywordIndexParams(
            type=models.KeywordIndexType.KEYWORD,
            is_tenant=tenant,
            on_disk=on_disk,
            enable_hnsw=links,
        )

    return {
        TENANT: keyword(tenant=True, links=True),
        KNOWLEDGE_BASE: keyword(links=True),
        DOCUMENT: keyword(),
        VERSION: keyword(),
    }


def _create_fallback_shard(client: QdrantClient, name: str, settings: VectorsSettings) -> None:
    keys = answer_of(lambda: client.list_shard_keys(name)).shard_keys or []
    if any(entry.key == FALLBACK_SHARD for entry in keys):
        return
    answer_of(
        lambda: client.create_shard_key(
            name,
            FALLBACK_SHARD,
            shards_number=1,
            replication_factor=settings.replication_factor,
            timeout=COLLECTION_TIMEOUT,
        )
    )


def _trust(settings: VectorsSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"The certificates in 'vectors.ca_file' cannot be read: {error.strerror}.",
            key="vectors.ca_file",
        ) from error


def _check_version(version: str) -> None:
    parts = version.split("-")[0].split(".")
    found = tuple(int(part) for part in parts[:2] if part.isdigit())
    if found < OLDEST_SERVER:
        oldest = ".".join(str(part) for part in OLDEST_SERVER)
        raise ConfigurationError(
            f"The Qdrant server is of version {version}; {oldest} is the oldest supported.",
            key="vectors.url",
        )
