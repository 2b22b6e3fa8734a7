"""Index generations when things go wrong: late cancels, races, engines out of reach, leftovers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.documents.reindex import activation
from catalystindex.documents.reindex import prepare as preparing
from catalystindex.documents.reindex import reindexer as builds
from catalystindex.documents.reindex.activation import Cancelled
from catalystindex.documents.tasks import StageTask
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.desk import STAGES, Assignment, Report
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import GenerationNotFound, Unavailable
from catalystindex.model.generation import Generation, GenerationState
from catalystindex.owner.assembly import Owner
from catalystindex.stores.artifacts.base import VersionPlace
from catalystindex.stores.records import processing
from catalystindex.stores.records.generations import Rechunking
from catalystindex.stores.vectors.base import VectorStore
from catalystindex.stores.vectors.engines import EdgeEngine
from support.documents import (
    add,
    eventually,
    find,
    make_base,
    running_owner,
    settings_for,
    stored_files,
    submit,
)
from support.stores import ANA

LONG = "Cash was deposited below the threshold on each of the days. " * 12
PAGE = f"# Memo\n\n{LONG}\n\n# More\n\nGold."


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    with running_owner(settings_for(tmp_path)) as opened:
        yield opened


def ended(owner: Owner, number: int) -> Generation:
    building = GenerationState.BUILDING
    eventually(lambda: owner.reindexer.generation(ANA, number).state is not building)
    return owner.reindexer.generation(ANA, number)


def rechunk(owner: Owner, base: str) -> Generation:
    policy = default_policy(64).model_dump(mode="json")
    return owner.reindexer.start(ANA, Rechunking(ANA.key, (base,), policy))


def finish(owner: Owner, assignment: Assignment) -> None:
    """Take a document to its end, as a worker elsewhere does."""
    worker = ComputeWorker(owner.work.setup, 60)
    try:
        task: StageTask | None = assignment.task
        while task is not None:
            report = Report(STAGES[type(task)], worker.run(task), 0.1)
            task = owner.work.desk.report(assignment.ticket, report)
    finally:
        worker.stop()


def test_a_version_picked_up_before_the_swap_replaces_what_answers_after_it(owner: Owner) -> None:
    base = make_base(owner)
    add(owner, base, PAGE, key="a")
    owner.work.crew.stop()
    owner.work.reconciler.stop()  # nobody prolongs the lease that is taken here
    document_id = submit(owner, base, "Silver replaced it.", key="a")
    assignment = owner.work.desk.claim("elsewhere")
    assert assignment is not None
    ended(owner, rechunk(owner, base).number)
    finish(owner, assignment)
    now = owner.library.document(ANA, document_id)
    assert now.status is DocumentStatus.INDEXED
    assert owner.library.knowledge_base(ANA, base).chunks == now.chunks == 1
    assert owner.vectors.count(ANA, base) == 1


def test_a_build_that_is_cancelled_just_before_the_swap_is_not_swapped_in(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base(owner)
    before = add(owner, base, PAGE)
    files = stored_files(owner)
    activate = activation.activate

    def cancel_first(*arguments: object) -> list[int]:
        owner.reindexer.cancel(ANA)
        return activate(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(builds, "activate", cancel_first)
    number = rechunk(owner, base).number
    assert ended(owner, number).state is GenerationState.CANCELLED
    eventually(lambda: stored_files(owner) == files)
    assert owner.index.current().number == 1
    assert owner.library.document(ANA, before.id) == before
    with owner.records.read() as connection:
        assert processing.version_ids(connection) == {before.version_id}


@pytest.mark.parametrize("times", [1, 2])
def test_a_rollback_that_is_cancelled_leaves_the_kept_one_kept(
    owner: Owner, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    add(owner, make_base(owner), PAGE)
    ended(owner, owner.reindexer.start(ANA, None).number)
    for _ in range(times - 1):
        ended(owner, owner.reindexer.roll_back(ANA).number)
    monkeypatch.setattr(builds.Build, "run", lambda *_: (_ for _ in ()).throw(Cancelled))
    owner.reindexer.roll_back(ANA)
    kept = owner.reindexer.cancel(ANA)
    assert kept.state is GenerationState.PREVIOUS
    assert (owner.settings.data_dir / "vectors" / f"g{kept.number:06d}").exists()


def test_a_document_whose_artifacts_are_gone_is_named(owner: Owner) -> None:
    base = make_base(owner)
    document = add(owner, base, PAGE)
    for name in stored_files(owner):
        (owner.settings.data_dir / "artifacts" / name).unlink()
    done = ended(owner, rechunk(owner, base).number)
    assert done.state is GenerationState.FAILED
    assert done.problem is not None
    assert done.problem.code == "document.processing_failed"
    assert document.id in done.problem.detail
    assert find(owner, "cash", limit=1)


class OutOfReach(EdgeEngine):
    """An engine whose server does not answer."""

    def open(self, number: int, dimension: int) -> VectorStore:  # type: ignore[override]  # fails
        raise Unavailable("The vector server is out of reach.")

    def drop(self, number: int) -> None:
        raise Unavailable("The vector server is out of reach.")


def test_an_engine_out_of_reach_fails_the_build_and_nothing_else(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalystindex.owner.maintenance.RETRY_BUILD_AFTER", 0.01)
    add(owner, make_base(owner), PAGE)
    engines = owner.reindexer._parts.engines
    edge = engines["edge"]
    engines["edge"] = OutOfReach(owner.settings.data_dir / "x")  # type: ignore[index]  # a dict
    done = ended(owner, owner.reindexer.start(ANA, None).number)
    assert done.problem is not None
    assert done.problem.code == "service.unavailable"
    assert find(owner, "cash", limit=1)
    engines["edge"] = edge  # type: ignore[index]  # a dict
    again = ended(owner, owner.reindexer.start(ANA, None).number)
    assert again.state is GenerationState.ACTIVE


def test_the_kept_generation_can_be_retired(owner: Owner) -> None:
    add(owner, make_base(owner), PAGE)
    with pytest.raises(GenerationNotFound):
        owner.reindexer.retire(ANA)
    ended(owner, owner.reindexer.start(ANA, None).number)
    assert owner.reindexer.retire(ANA).state is GenerationState.RETIRED
    assert not (owner.settings.data_dir / "vectors" / "g000001").exists()
    with pytest.raises(GenerationNotFound):
        owner.reindexer.roll_back(ANA)


def test_what_a_crash_left_of_a_retired_generation_goes_at_the_next_start(tmp_path: Path) -> None:
    settings: Settings = settings_for(tmp_path)
    with running_owner(settings) as owner:
        add(owner, make_base(owner), PAGE)
        ended(owner, owner.reindexer.start(ANA, None).number)
        owner.reindexer.retire(ANA)
    left = tmp_path / "vectors" / "g000001"
    left.mkdir()
    with running_owner(settings):
        eventually(lambda: not left.exists())


def test_a_build_for_an_engine_that_is_gone_does_not_stop_the_owner(tmp_path: Path) -> None:
    settings: Settings = settings_for(tmp_path)
    with running_owner(settings) as owner:
        add(owner, make_base(owner), PAGE)
        owner.maintenance.stop()
        owner.reindexer._wanted = ("qdrant", owner.reindexer._wanted[1])
        number = owner.reindexer.start(ANA, None).number
        monkey = owner.maintenance
        monkey.stop = lambda: None  # type: ignore[method-assign]  # it is stopped
    with running_owner(settings) as owner:
        done = ended(owner, number)
        assert done.problem is not None
        assert done.problem.code == "configuration.invalid"
        assert find(owner, "cash", limit=1)


def test_nothing_is_left_of_a_document_deleted_while_it_is_chunked_anew(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_base(owner)
    gone, kept = add(owner, base, PAGE, key="gone"), add(owner, base, PAGE, key="kept")
    embed = preparing.Preparer._embed

    def delete_first(self: preparing.Preparer, *arguments: object) -> None:
        place = arguments[1]
        assert isinstance(place, VersionPlace)
        if place.document_id == gone.id:
            owner.remover.remove_document(ANA, gone.id)
        embed(self, *arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(preparing.Preparer, "_embed", delete_first)
    number = rechunk(owner, base).number
    assert ended(owner, number).state is GenerationState.ACTIVE
    assert not [name for name in stored_files(owner) if gone.id in name]
    assert [name for name in stored_files(owner) if kept.id in name]
