"""Index generations in the records: which one answers, which is being built, from what to what.

The owner's view, over all workspaces.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import GenerationNotFound
from catalystindex.model.generation import (
    EngineName,
    Generation,
    GenerationProblem,
    GenerationState,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.schema import (
    documents,
    generation_versions,
    generations,
    versions,
)

table = generations

LOOKUP_BATCH = 500


@dataclass(frozen=True)
class Rechunking:
    """Which documents a generation chunks anew, and how: ``policy`` is a resolved one."""

    tenant: str
    knowledge_base_ids: tuple[str, ...]
    policy: dict[str, object]


@dataclass(frozen=True)
class StoredGeneration:
    """What building, opening and swapping a generation needs to know."""

    number: int
    state: GenerationState
    engine: EngineName
    model: EncoderRef
    rechunking: Rechunking | None
    created_by: str
    was_active: bool


@dataclass(frozen=True)
class UnusedVersion:
    """A version made for a generation that never answered."""

    tenant_key: str
    knowledge_base_id: str
    document_id: str
    version_id: str


def create(
    connection: Connection,
    *,
    state: GenerationState,
    engine: EngineName,
    model: EncoderRef,
    rechunking: Rechunking | None,
    created_by: str,
    at: str,
) -> int:
    """Record the next generation; return its number."""
    highest = connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one()
    number = int(highest) + 1
    connection.execute(
        insert(table).values(
            number=number,
            state=state,
            engine=engine,
            model=asdict(model),
            rechunking=None if rechunking is None else asdict(rechunking),
            documents=0,
            prepared=0,
            points=0,
            created_by=created_by,
            created_at=at,
            updated_at=at,
            activated_at=at if state is GenerationState.ACTIVE else None,
        )
    )
    return number


def in_state(connection: Connection, state: GenerationState) -> StoredGeneration | None:
    """Return the newest generation in a state, if there is one."""
    row = connection.execute(
        select(table).where(table.c.state == state).order_by(table.c.number.desc())
    ).first()
    return None if row is None else _stored(row)


def every(connection: Connection, tenant: Tenant, limit: int) -> list[Generation]:
    """Return generations as they are shown, newest first."""
    rows = connection.execute(select(table).order_by(table.c.number.desc()).limit(limit))
    return [_shown(row, tenant) for row in rows]


def find(connection: Connection, tenant: Tenant, number: int) -> Generation:
    """Return one as it is shown. Raises `GenerationNotFound`."""
    return _shown(_row(connection, number), tenant)


def stored(connection: Connection, number: int) -> StoredGeneration:
    """Return one. Raises `GenerationNotFound`."""
    return _stored(_row(connection, number))


def numbers_in(connection: Connection, states: Sequence[GenerationState]) -> list[int]:
    """Return the numbers of the generations in these states, ascending."""
    wanted = select(table.c.number).where(table.c.state.in_(states)).order_by(table.c.number)
    return list(connection.execute(wanted).scalars())


def move(connection: Connection, number: int, state: GenerationState, at: str) -> None:
    """Change the state of a generation."""
    values: dict[str, object] = {"state": state, "updated_at": at}
    if state is GenerationState.ACTIVE:
        values["activated_at"] = at
    connection.execute(update(table).where(table.c.number == number).values(values))


def fail(connection: Connection, number: int, problem: GenerationProblem, at: str) -> None:
    """Record why a generation was given up."""
    move(connection, number, GenerationState.FAILED, at)
    connection.execute(
        update(table)
        .where(table.c.number == number)
        .values(problem_code=problem.code, problem_detail=problem.detail)
    )


def progress(
    connection: Connection, number: int, *, documents: int, prepared: int, points: int, at: str
) -> None:
    """Record how far building is."""
    connection.execute(
        update(table)
        .where(table.c.number == number)
        .values(documents=documents, prepared=prepared, points=points, updated_at=at)
    )


def add_version(
    connection: Connection, number: int, *, version_id: str, source_id: str, terms: bytes
) -> None:
    """Record that a version stands for another once a generation is active."""
    connection.execute(
        insert(generation_versions).values(
            generation=number, version_id=version_id, source_version_id=source_id, terms=terms
        )
    )


def replacements(connection: Connection, number: int) -> dict[str, str]:
    """Return the version that stands for each source version in a generation."""
    rows = connection.execute(
        select(generation_versions.c.source_version_id, generation_versions.c.version_id)
        .where(generation_versions.c.generation == number)
        .order_by(generation_versions.c.source_version_id)
    )
    return {row[0]: row[1] for row in rows}


def term_counts(connection: Connection, number: int) -> dict[str, bytes]:
    """Return what each version adds that a generation exchanges, sources too where it is known."""
    own = generation_versions.c
    rows = connection.execute(
        select(own.version_id, own.terms, own.source_version_id, own.source_terms).where(
            own.generation == number
        )
    )
    found: dict[str, bytes] = {}
    for version, terms, source, source_terms in rows:
        found[version] = terms
        if source_terms is not None:
            found[source] = source_terms
    return found


def keep_source_terms(connection: Connection, number: int, counts: Mapping[str, bytes]) -> None:
    """Keep what sources added before they were replaced, for the day they come back."""
    rows = [{"source": source, "blob": blob} for source, blob in sorted(counts.items())]
    if rows:
        connection.execute(
            update(generation_versions)
            .where(
                generation_versions.c.generation == number,
                generation_versions.c.source_version_id == bindparam("source"),
            )
            .values(source_terms=bindparam("blob")),
            rows,
        )


def policies(connection: Connection, version_ids: Sequence[str]) -> dict[str, object]:
    """Return the resolved policy of each version."""
    found: dict[str, object] = {}
    for start in range(0, len(version_ids), LOOKUP_BATCH):
        part = version_ids[start : start + LOOKUP_BATCH]
        rows = connection.execute(
            select(versions.c.id, versions.c.policy).where(versions.c.id.in_(part))
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def sizes(connection: Connection, version_ids: Iterable[str]) -> dict[str, int]:
    """Return the number of chunks of each version."""
    ids = list(version_ids)
    found: dict[str, int] = {}
    for start in range(0, len(ids), LOOKUP_BATCH):
        part = ids[start : start + LOOKUP_BATCH]
        rows = connection.execute(
            select(versions.c.id, versions.c.chunks).where(versions.c.id.in_(part))
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def unused_versions(connection: Connection, number: int, maker: str) -> list[UnusedVersion]:
    """Return what ``maker`` made for a generation that never answered, and nothing else uses."""
    own, other = generation_versions, generation_versions.alias()
    elsewhere = select(other.c.version_id).where(
        other.c.generation != number,
        (other.c.version_id == versions.c.id) | (other.c.source_version_id == versions.c.id),
    )
    rows = connection.execute(
        select(documents.c.tenant, documents.c.knowledge_base_id, documents.c.id, versions.c.id)
        .join(versions, versions.c.document_id == documents.c.id)
        .join(own, own.c.version_id == versions.c.id)
        .join(table, table.c.number == own.c.generation)
        .where(
            own.c.generation == number,
            table.c.activated_at.is_(None),
            versions.c.created_by == maker,
            documents.c.latest_version_id != versions.c.id,
            func.coalesce(documents.c.current_version_id, "") != versions.c.id,
            ~elsewhere.exists(),
        )
        .order_by(versions.c.id)
    )
    return [UnusedVersion(*row) for row in rows]


def forget_versions(connection: Connection, version_ids: Sequence[str]) -> None:
    """Remove versions, their chunks with them."""
    for start in range(0, len(version_ids), LOOKUP_BATCH):
        part = version_ids[start : start + LOOKUP_BATCH]
        connection.execute(delete(versions).where(versions.c.id.in_(part)))


def _row(connection: Connection, number: int) -> Row[tuple[object, ...]]:
    row = connection.execute(select(table).where(table.c.number == number)).first()
    if row is None:
        raise GenerationNotFound(f"There is no index generation {number}.", generation=number)
    return row


def _stored(row: Row[tuple[object, ...]]) -> StoredGeneration:
    fields = row._mapping
    rechunking = fields["rechunking"]
    return StoredGeneration(
        number=fields["number"],
        state=GenerationState(fields["state"]),
        engine=fields["engine"],
        model=EncoderRef(**fields["model"]),
        rechunking=None
        if rechunking is None
        else Rechunking(
            rechunking["tenant"], tuple(rechunking["knowledge_base_ids"]), rechunking["policy"]
        ),
        created_by=fields["created_by"],
        was_active=fields["activated_at"] is not None,
    )


def _shown(row: Row[tuple[object, ...]], tenant: Tenant) -> Generation:
    """Return a generation as a workspace may see it: what another had chunked anew is not shown."""
    fields = row._mapping
    rechunking = fields["rechunking"] or {}
    if rechunking.get("tenant") != tenant.key:
        rechunking = {}
    code, detail = fields["problem_code"], fields["problem_detail"]
    return Generation(
        number=fields["number"],
        state=GenerationState(fields["state"]),
        engine=fields["engine"],
        model=fields["model"]["name"],
        dimension=fields["model"]["dimension"],
        policy=rechunking.get("policy", {}).get("name"),
        knowledge_bases=list(rechunking.get("knowledge_base_ids", [])),
        documents=fields["documents"],
        prepared=fields["prepared"],
        points=fields["points"],
        problem=None if code is None else GenerationProblem(code=code, detail=detail),
        created_at=fields["created_at"],
        updated_at=fields["updated_at"],
        activated_at=fields["activated_at"],
    )
