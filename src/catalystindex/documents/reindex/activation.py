"""The swap: in one moment another generation answers, with the versions it holds."""

from collections.abc import Sequence
from contextlib import ExitStack

from sqlalchemy import Connection

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.pipeline import Pipeline
from catalystindex.documents.reindex.targets import Target
from catalystindex.embedding.serving import IndexHolder, ServingIndex
from catalystindex.model.generation import GenerationState
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import generations, processing, terms
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.terms import Exchange


class Cancelled(Exception):
    """The build was told to stop."""


def activate(
    records: Records,
    holder: IndexHolder,
    pipeline: Pipeline,
    tenant: Tenant,
    index: ServingIndex,
    targets: Sequence[Target],
) -> list[int]:
    """Put a generation that holds its targets in force; return the numbers that are retired.

    Call it while `Pipeline.applying` is held. Searches wait only for the commit and the swap; the
    exchange of versions and term counts before it is seen by nobody until then. Raises `Cancelled`,
    with nothing changed, when the build was given up before this moment.
    """
    active = holder.current().number
    now = timestamp(records.clock.now())
    swapped = action(
        "index.activate", f"generation-{index.number}", previous=active, documents=len(targets)
    )
    with ExitStack() as pause:
        with records.change(tenant, swapped) as connection:
            if generations.stored(connection, index.number).state is not GenerationState.BUILDING:
                raise Cancelled
            _exchange(connection, max(index.number, active), targets, now)
            retired = generations.numbers_in(connection, [GenerationState.PREVIOUS])
            for number in retired:
                generations.move(connection, number, GenerationState.RETIRED, now)
            generations.move(connection, active, GenerationState.PREVIOUS, now)
            generations.move(connection, index.number, GenerationState.ACTIVE, now)
            pause.enter_context(holder.pause())
        before = holder.replace(index)
        pipeline.advance()
    before.vectors.close()
    return [number for number in retired if number != index.number]


def _exchange(connection: Connection, keeper: int, targets: Sequence[Target], now: str) -> None:
    """Let the versions of the targets answer in place of their sources.

    ``keeper`` is the generation that knows the term counts of both, for the way there and back.
    """
    changed = [one for one in targets if one.rechunks]
    if not changed:
        return
    counts = generations.term_counts(connection, keeper)
    removed: dict[str, bytes] = {}
    for base, group in _by_base(changed).items():
        exchanges = [Exchange(old, new, counts[new]) for _, old, new in group]
        removed |= terms.exchange(connection, base, exchanges)
        processing.replace_current(connection, group, now)
    generations.keep_source_terms(connection, keeper, removed)


def _by_base(changed: Sequence[Target]) -> dict[str, list[tuple[str, str, str]]]:
    """Return document, old and new version of each target, by knowledge base."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for one in changed:
        if one.version_id is not None:
            source = one.source
            row = (source.document_id, source.version_id, one.version_id)
            groups.setdefault(source.knowledge_base_id, []).append(row)
    return dict(sorted(groups.items()))
