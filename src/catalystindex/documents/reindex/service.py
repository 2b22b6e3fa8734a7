"""The use cases around generations: start, watch, cancel, roll back; and the work itself."""

import threading
from collections.abc import Callable

from sqlalchemy import Connection

from catalystindex.audit.chain import Action, action, timestamp
from catalystindex.documents.pipeline import Compute
from catalystindex.documents.reindex.activation import Cancelled
from catalystindex.documents.reindex.prepare import Preparer
from catalystindex.documents.reindex.reindexer import Build, Parts
from catalystindex.documents.removal import SYSTEM_USER
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import CatalystError, GenerationNotFound, ReindexUnderWay
from catalystindex.model.generation import (
    EngineName,
    Generation,
    GenerationProblem,
    GenerationState,
)
from catalystindex.model.tenant import Tenant
from catalystindex.security.tenants import make_tenant, restore_tenant
from catalystindex.stores.artifacts.base import VersionPlace
from catalystindex.stores.records import documents, generations
from catalystindex.stores.records.generations import Rechunking, StoredGeneration
from catalystindex.telemetry.logs import logger

SHOWN = 100
"""Generations in a listing, newest first: there is one per change of the index, not more."""

OVER = (GenerationState.RETIRED, GenerationState.FAILED, GenerationState.CANCELLED)
"""States in which nothing of a generation's index is needed any longer."""

SYSTEM = ("system", "index")
"""Organisation and workspace in whose audit chain the swaps of the whole index are entered."""


log = logger(__name__)


class Reindexer:
    """Makes generations and builds them. Every method may be called from any thread."""

    def __init__(
        self,
        parts: Parts,
        cache: EmbeddingCache,
        wanted: tuple[EngineName, EncoderRef],
        wake: Callable[[], None],
    ) -> None:
        self._parts, self._cache, self._wanted = parts, cache, wanted
        self.wake = wake
        self.stop = threading.Event()

    def start(self, tenant: Tenant, rechunking: Rechunking | None) -> Generation:
        """Record a generation to be built: encoder and engine as the settings have them now.

        Raises `ReindexUnderWay`.
        """
        engine, model = self._wanted
        started = action(
            "index.reindex",
            "generation",
            engine=engine,
            model=model.digest,
            rechunks=rechunking is not None,
        )
        with self._parts.records.change(tenant, started) as connection:
            self._refuse_two(connection)
            number = generations.create(
                connection,
                state=GenerationState.BUILDING,
                engine=engine,
                model=model,
                rechunking=rechunking,
                created_by=tenant.user,
                at=self._now(),
            )
            shown = generations.find(connection, tenant, number)
        self.wake()
        return shown

    def roll_back(self, tenant: Tenant) -> Generation:
        """Bring the generation before up to date, and swap it in again.

        Raises `GenerationNotFound` when none is kept and `ReindexUnderWay`.
        """
        with self._parts.records.change(tenant, _named("index.rollback")) as connection:
            self._refuse_two(connection)
            previous = generations.in_state(connection, GenerationState.PREVIOUS)
            if previous is None:
                raise GenerationNotFound("No generation is kept to go back to.")
            generations.move(connection, previous.number, GenerationState.BUILDING, self._now())
            shown = generations.find(connection, tenant, previous.number)
        self.wake()
        return shown

    def cancel(self, tenant: Tenant) -> Generation:
        """Give up the build under way. Raises `GenerationNotFound` when there is none."""
        with self._parts.records.change(tenant, _named("index.cancel")) as connection:
            building = generations.in_state(connection, GenerationState.BUILDING)
            if building is None:
                raise GenerationNotFound("No generation is being built.")
            generations.move(connection, building.number, self._given_up(building), self._now())
            return generations.find(connection, tenant, building.number)

    def retire(self, tenant: Tenant) -> Generation:
        """Drop the generation that is kept for a rollback.

        Raises `GenerationNotFound` when none is kept.
        """
        with self._parts.records.change(tenant, _named("index.retire")) as connection:
            kept = generations.in_state(connection, GenerationState.PREVIOUS)
            if kept is None:
                raise GenerationNotFound("No generation is kept.")
            generations.move(connection, kept.number, GenerationState.RETIRED, self._now())
            shown = generations.find(connection, tenant, kept.number)
        self._drop_if_over(kept.number)
        return shown

    def generations(self, tenant: Tenant) -> list[Generation]:
        """Return the generations, newest first."""
        with self._parts.records.read() as connection:
            return generations.every(connection, tenant, SHOWN)

    def generation(self, tenant: Tenant, number: int) -> Generation:
        """Return one. Raises `GenerationNotFound`."""
        with self._parts.records.read() as connection:
            return generations.find(connection, tenant, number)

    def pending(self) -> StoredGeneration | None:
        """Return the generation that is to be built, if there is one."""
        with self._parts.records.read() as connection:
            return generations.in_state(connection, GenerationState.BUILDING)

    def build(self, generation: StoredGeneration, compute: Compute) -> bool:
        """Build a generation and swap it in; tell whether that was done, or it was cancelled.

        Raises what building raises; it may then be tried again, or given up with `fail`.
        """
        parts = self._parts
        preparer = Preparer(parts.records, parts.artifacts, self._cache, compute)
        build = Build(parts, generation, preparer, compute, self.stop)
        try:
            retired = build.run(self._actor(generation))
        except Cancelled:
            self._drop_if_over(generation.number)
            return False
        for number in retired:
            self._drop_if_over(number)
        return True

    def tidy(self) -> None:
        """Drop what generations left that are over: a crash or an engine out of reach may have."""
        with self._parts.records.read() as connection:
            over = generations.numbers_in(connection, OVER)
        for number in over[-SHOWN:]:
            self._drop_if_over(number)

    def fail(self, generation: StoredGeneration, error: Exception) -> None:
        """Record why a generation was given up."""
        known = isinstance(error, CatalystError)
        detail = error.detail if isinstance(error, CatalystError) else type(error).__name__
        problem = GenerationProblem(code=error.code if known else "internal", detail=detail)  # type: ignore[attr-defined]  # known
        failed = action("index.fail", f"generation-{generation.number}", code=problem.code)
        with self._parts.records.change(self._actor(generation), failed) as connection:
            if generations.stored(connection, generation.number).state is GenerationState.BUILDING:
                generations.fail(connection, generation.number, problem, self._now())
                state = self._given_up(generation)
                if state is GenerationState.PREVIOUS:
                    generations.move(connection, generation.number, state, self._now())
        self._drop_if_over(generation.number)

    def _given_up(self, generation: StoredGeneration) -> GenerationState:
        """Return the state of a build given up: one that was rolled back to is kept still."""
        return GenerationState.PREVIOUS if generation.was_active else GenerationState.CANCELLED

    def _drop_if_over(self, number: int) -> None:
        """Drop the index and the unused versions of a generation; what fails, `tidy` does later."""
        parts = self._parts
        with parts.records.read() as connection:
            found = generations.stored(connection, number)
        if found.state not in OVER:
            return
        self._forget_versions(number)
        if found.engine in parts.engines:
            try:
                parts.engines[found.engine].drop(number)
            except (CatalystError, OSError) as error:
                log.warning("generation_not_dropped", number=number, reason=str(error))

    def _forget_versions(self, number: int) -> None:
        """Remove what was chunked anew for a generation that never answered."""
        parts = self._parts
        with parts.pipeline.applying, parts.records.housekeeping() as connection:
            unused = generations.unused_versions(connection, number, SYSTEM_USER)
            generations.forget_versions(connection, [one.version_id for one in unused])
        for one in unused:
            place = VersionPlace(
                one.tenant_key, one.knowledge_base_id, one.document_id, one.version_id
            )
            with parts.pipeline.locks.document(one.document_id), parts.records.read() as connection:
                if not documents.version_exists(connection, one.version_id):
                    parts.artifacts.remove_prefix(place.path("").rstrip("/"))

    def _refuse_two(self, connection: Connection) -> None:
        building = generations.in_state(connection, GenerationState.BUILDING)
        if building is not None:
            raise ReindexUnderWay(
                f"Generation {building.number} is being built.", generation=building.number
            )

    def _actor(self, generation: StoredGeneration) -> Tenant:
        """Return in whose name the swap is entered: whoever's documents were chunked anew."""
        if generation.rechunking is not None:
            return restore_tenant(generation.rechunking.tenant, SYSTEM_USER)
        return make_tenant(*SYSTEM, SYSTEM_USER)

    def _now(self) -> str:
        return timestamp(self._parts.records.clock.now())


def _named(name: str) -> Action:
    return action(name, "generation")
