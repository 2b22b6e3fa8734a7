"""Opening the index: the generation that the records name, on its engine, with its encoder."""

from collections.abc import Mapping

from catalystindex.audit.chain import action, timestamp
from catalystindex.config.settings import Settings
from catalystindex.embedding.encoder import LocalEncoder, load_named
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.errors import ConfigurationError
from catalystindex.model.generation import EngineName, GenerationState
from catalystindex.owner.old_layout import bring_up_to_date
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.records import generations
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.generations import StoredGeneration
from catalystindex.stores.vectors.engines import EdgeEngine, QdrantEngine, VectorEngine
from catalystindex.telemetry.logs import logger

Engines = Mapping[EngineName, VectorEngine]

VECTORS_FOLDER = "vectors"
SYSTEM = make_tenant("system", "index", "system")
"""In whose audit chain what concerns the index of all workspaces is entered."""

log = logger(__name__)


def engines_of(settings: Settings) -> Engines:
    """Return the engines that the settings make available."""
    edge = EdgeEngine(settings.data_dir / VECTORS_FOLDER)
    if settings.vectors.url is None:
        return {"edge": edge}
    return {"edge": edge, "qdrant": QdrantEngine(settings.vectors)}


def wanted_engine(settings: Settings) -> EngineName:
    """Return the engine on which the next generation is built."""
    return "edge" if settings.vectors.url is None else "qdrant"


def open_index(
    settings: Settings,
    records: Records,
    artifacts: ArtifactStore,
    engines: Engines,
    encoder: LocalEncoder,
) -> IndexHolder:
    """Open the generation in force, or make the first one.

    ``encoder`` is the one of the settings; an index of another one goes on with its own until it is
    rebuilt (`catalystctl reindex`). Raises `ConfigurationError` for an engine that is not set up,
    `DependencyMissing` for an encoder whose files are gone, and `Unavailable`.
    """
    bring_up_to_date(settings.data_dir / VECTORS_FOLDER, artifacts, encoder.reference)
    active = _active(settings, records, encoder)
    if active.engine not in engines:
        raise ConfigurationError(
            f"The index is on the engine {active.engine!r}, which is not set up: set vectors.url.",
            key="vectors.url",
        )
    same = active.model.digest == encoder.reference.digest
    own = encoder if same else load_named(active.model, settings.embedding)
    if not same or active.engine != wanted_engine(settings):
        log.warning("index_differs_from_settings", model=active.model.name, engine=active.engine)
    vectors = engines[active.engine].open(active.number, active.model.dimension)
    return IndexHolder(ServingIndex(active.number, active.engine, active.model, own, vectors))


def _active(settings: Settings, records: Records, encoder: LocalEncoder) -> StoredGeneration:
    with records.read() as connection:
        found = generations.in_state(connection, GenerationState.ACTIVE)
    if found is not None:
        return found
    created = action("index.create", "generation-1", model=encoder.reference.digest)
    with records.change(SYSTEM, created) as connection:
        number = generations.create(
            connection,
            state=GenerationState.ACTIVE,
            engine=wanted_engine(settings),
            model=encoder.reference,
            rechunking=None,
            created_by=SYSTEM.user,
            at=timestamp(records.clock.now()),
        )
        return generations.stored(connection, number)
