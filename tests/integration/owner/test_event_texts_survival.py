"""Texts of events through restarts, rebuilds, other encoders and policies, and sudden deaths."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.embedding.model_files import find_model
from catalystindex.model.generation import Generation, GenerationState
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records.generations import Rechunking
from catalystindex.streaming.codec import encode
from catalystindex.streaming.sink import Outcome
from support.documents import ROOT, eventually, running_owner, settings_for
from support.event_texts import (
    BASE,
    apply,
    content_of,
    message,
    person,
    points_of,
    search,
)
from support.event_texts_crash import STAGES, events
from support.stores import ANA


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data")


LONG = "\n\n".join(
    f"Paragraph {n} of notes on gold and its owners, all of it said." for n in range(40)
)
FEW = [message("m-1", "gold bars"), message("m-2", "gold coins"), person("p-1", "Ada", notes=LONG)]


def test_a_restart_changes_nothing_and_a_lost_index_is_restored(settings: Settings) -> None:
    with running_owner(settings) as owner:
        apply(owner, *FEW)
        before = content_of(owner)
    shutil.rmtree(settings.data_dir / "vectors")
    with running_owner(settings) as owner:
        assert content_of(owner) == before
        assert apply(owner, *FEW) == [Outcome.STALE] * 3


def test_a_compaction_keeps_every_text_and_the_next_events_go_on(settings: Settings) -> None:
    with running_owner(settings) as owner:
        apply(owner, *FEW)
        before, found = points_of(owner), search(owner, "gold", limit=50)
        assert owner.maintenance.rebuild() == len(before)
        assert points_of(owner) == before
        assert search(owner, "gold", limit=50) == found
        apply(owner, message("m-1", "silver", version=2))
        assert owner.vectors.count(ANA) == len(before)


def finished(owner: Owner, number: int) -> Generation:
    building = GenerationState.BUILDING
    eventually(lambda: owner.reindexer.generation(ANA, number).state is not building, 60)
    return owner.reindexer.generation(ANA, number)


def test_another_encoder_takes_the_texts_along_and_events_go_on_with_it(
    settings: Settings, tmp_path: Path
) -> None:
    files = find_model(settings.embedding)
    tokenizer = tmp_path / "tokenizer.json"
    tokenizer.write_bytes(files.tokenizer.read_bytes() + b"\n")
    other = {"model_path": files.model, "tokenizer_path": tokenizer}
    changed = settings.model_copy(update={"embedding": settings.embedding.model_copy(update=other)})
    with running_owner(settings) as owner:
        apply(owner, *FEW)
        before = points_of(owner)
    with running_owner(changed) as owner:
        built = finished(owner, owner.reindexer.start(ANA, None).number)
        assert built.state is GenerationState.ACTIVE
        assert points_of(owner) == before  # the same model in other files
        assert apply(owner, message("m-3", "platinum")) == [Outcome.APPLIED]
        assert [hit.text for hit in search(owner, "platinum", limit=1)] == ["platinum"]


def test_another_policy_chunks_texts_anew_and_they_still_cite_their_event(
    settings: Settings,
) -> None:
    with running_owner(settings) as owner:
        apply(owner, *FEW)
        base = owner.library.knowledge_base(ANA, BASE).id
        few = owner.vectors.count(ANA)
        policy = default_policy(40).model_dump(mode="json")
        started = owner.reindexer.start(ANA, Rechunking(ANA.key, (base,), policy))
        assert finished(owner, started.number).state is GenerationState.ACTIVE
        assert owner.vectors.count(ANA) > few
        hits = search(owner, "gold", limit=50)
        assert {hit.citation.event.entity_id for hit in hits if hit.citation.event} == {
            "m-1",
            "m-2",
            "p-1",
        }
        assert all(hit.citation.event for hit in hits)
        cited = next(hit.citation for hit in hits if hit.text == "gold bars")
        assert owner.library.raw(ANA, cited.document_id, cited.version_id)[1] == encode(FEW[0])
        files = settings.data_dir / "artifacts"
        assert not any(one.is_file() for one in files.rglob("*")), "the pack takes them in"


def test_texts_whose_artifacts_are_lost_come_back_with_a_replay(settings: Settings) -> None:
    with running_owner(settings) as owner:
        apply(owner, *FEW)
        before = content_of(owner)
    for one in settings.data_dir.glob("event-texts.sqlite*"):
        one.unlink()
    shutil.rmtree(settings.data_dir / "vectors")
    with running_owner(settings) as owner:
        assert search(owner, "gold") == []
        assert owner.library.knowledge_base(ANA, BASE).documents == 0
        assert apply(owner, *FEW) == [Outcome.APPLIED] * 3
        assert content_of(owner) == before


def test_sudden_death_at_any_stage_ends_with_the_index_of_a_calm_run(
    settings: Settings, tmp_path: Path
) -> None:
    with running_owner(settings_for(tmp_path / "calm")) as owner:
        apply(owner, *events())
        calm = content_of(owner)
    for stage in STAGES:
        folder = settings.data_dir / stage.replace(" ", "-")
        _die(folder, stage)
        with running_owner(settings_for(folder)) as owner:
            shown = {hit.text for hit in search(owner, "gold silver bar", limit=100)}
            assert bool(shown) is (stage in {"first part committed", "removal committed"}), stage
            apply(owner, *events())
            assert content_of(owner) == calm, stage
            assert not strays(owner), stage


def strays(owner: Owner) -> set[str]:
    """Return the versions in the pack that no record knows."""
    import sqlite3

    with sqlite3.connect(owner.settings.data_dir / "event-texts.sqlite") as pack:
        packed = {str(row[0]).split("/")[-1] for row in pack.execute("SELECT place FROM objects")}
    with owner.records.read() as connection:
        from catalystindex.stores.records import processing

        return packed - processing.version_ids(connection)


def _die(folder: Path, stage: str) -> None:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    ended = subprocess.run(
        [sys.executable, "-m", "support.event_texts_crash", str(folder), stage],
        env=os.environ | {"PYTHONPATH": path},
        check=False,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL
