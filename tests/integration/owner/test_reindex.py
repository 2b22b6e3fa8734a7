"""Index generations: another encoder or policy, swapped in while everything stays searchable."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from catalystindex.config.settings import Settings
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.embedding.model_files import find_model
from catalystindex.model.document import Document
from catalystindex.model.errors import GenerationNotFound, ReindexUnderWay
from catalystindex.model.generation import Generation, GenerationState
from catalystindex.model.search import Hit
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records.generations import Rechunking
from support.documents import add, eventually, find, make_base, running_owner, settings_for
from support.stores import ANA

LONG = "Cash was deposited below the threshold on each of the days. " * 12
PAGES = [f"# Memo {n}\n\nCash deposit {n}. {LONG}\n\n# More\n\nGold {n}." for n in range(6)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


def with_other_model(settings: Settings, folder: Path) -> Settings:
    """Return settings of an encoder that counts as another: its tokenizer file differs."""
    files = find_model(settings.embedding)
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_bytes(files.tokenizer.read_bytes() + b"\n")
    other = {"model_path": files.model, "tokenizer_path": tokenizer}
    return settings.model_copy(update={"embedding": settings.embedding.model_copy(update=other)})


def fill(owner: Owner) -> tuple[str, list[Document]]:
    base = make_base(owner, "bank")
    return base, [add(owner, base, text, key=str(n)) for n, text in enumerate(PAGES)]


def finished(owner: Owner, number: int) -> Generation:
    unfinished = GenerationState.BUILDING
    eventually(lambda: owner.reindexer.generation(ANA, number).state is not unfinished, 60)
    return owner.reindexer.generation(ANA, number)


def rechunk(owner: Owner, base: str, max_tokens: int = 64) -> Generation:
    policy = default_policy(max_tokens).model_dump(mode="json")
    return owner.reindexer.start(ANA, Rechunking(ANA.key, (base,), policy))


def places(hits: Sequence[Hit]) -> list[tuple[str, int, int]]:
    return [(h.citation.document_id, h.citation.span.start, h.citation.span.end) for h in hits]


class TestAnotherEncoder:
    @pytest.fixture
    def changed(self, settings: Settings, tmp_path: Path) -> Iterator[Owner]:
        with running_owner(settings) as owner:
            fill(owner)
        with running_owner(with_other_model(settings, tmp_path)) as owner:
            yield owner

    def test_the_index_goes_on_with_its_own_until_it_is_rebuilt(self, changed: Owner) -> None:
        assert changed.index.current().model.model_path is None
        before = find(changed, "cash deposit", limit=100)
        add(changed, before[0].citation.knowledge_base, "Silver came.", key="new")
        built = finished(changed, changed.reindexer.start(ANA, None).number)
        assert (built.state, built.documents, built.prepared) == (GenerationState.ACTIVE, 7, 7)
        assert changed.index.current().model.model_path is not None
        assert [hit.text for hit in find(changed, "silver", limit=1)] == ["Silver came."]
        after = find(changed, "cash deposit", limit=100)
        assert places(before) == [p for p in places(after) if p in places(before)]

    def test_rolling_back_brings_the_old_one_up_to_date(self, changed: Owner) -> None:
        finished(changed, changed.reindexer.start(ANA, None).number)
        base = changed.library.knowledge_base(ANA, "bank").id
        fresh = add(changed, base, "Platinum came.", key="new")
        gone = find(changed, "gold", limit=1)[0].citation.document_id
        changed.remover.remove_document(ANA, gone)
        back = finished(changed, changed.reindexer.roll_back(ANA).number)
        assert (back.number, back.state) == (1, GenerationState.ACTIVE)
        assert find(changed, "platinum", limit=1)[0].citation.document_id == fresh.id
        assert gone not in {hit.citation.document_id for hit in find(changed, "gold", limit=50)}
        again = finished(changed, changed.reindexer.roll_back(ANA).number)
        assert (again.number, again.state) == (2, GenerationState.ACTIVE)

    def test_the_generation_in_force_is_the_one_after_a_restart(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        other = with_other_model(settings, tmp_path)
        with running_owner(settings) as owner:
            fill(owner)
        with running_owner(other) as owner:
            finished(owner, owner.reindexer.start(ANA, None).number)
            before = find(owner, "cash deposit", limit=100)
        with running_owner(other) as owner:
            assert owner.index.current().number == 2
            assert find(owner, "cash deposit", limit=100) == before
        with running_owner(settings) as owner:
            assert owner.index.current().number == 2
            assert find(owner, "cash deposit", limit=100) == before


class TestAnotherPolicy:
    @pytest.fixture
    def owner(self, settings: Settings) -> Iterator[Owner]:
        with running_owner(settings) as opened:
            yield opened

    def test_documents_are_chunked_anew_and_swapped_at_once(self, owner: Owner) -> None:
        base, indexed = fill(owner)
        stays = add(owner, make_base(owner, "other"), PAGES[0], key="stays")
        built = finished(owner, rechunk(owner, base).number)
        assert built.state is GenerationState.ACTIVE
        for before in indexed:
            now = owner.library.document(ANA, before.id)
            assert (now.version, now.searchable) == (before.version + 1, True)
            assert now.chunks > before.chunks
        assert owner.library.document(ANA, stays.id).version_id == stays.version_id
        chunks = sum(owner.library.document(ANA, one.id).chunks for one in indexed)
        assert owner.library.knowledge_base(ANA, base).chunks == chunks
        assert owner.vectors.count(ANA, base) == chunks

    def test_answers_and_statistics_return_with_a_rollback(self, owner: Owner) -> None:
        base, _ = fill(owner)
        before = find(owner, "cash deposit 3 and gold", limit=100)
        finished(owner, rechunk(owner, base).number)
        assert places(find(owner, "cash deposit 3 and gold", limit=100)) != places(before)
        finished(owner, owner.reindexer.roll_back(ANA).number)
        after = find(owner, "cash deposit 3 and gold", limit=100)
        assert after == before

    def test_every_document_is_found_at_every_moment(self, owner: Owner) -> None:
        base, indexed = fill(owner)
        wanted = {one.id for one in indexed}
        over, seen = threading.Event(), []

        def look() -> None:
            while not over.is_set():
                hits = find(owner, "cash deposit and gold", "bank", limit=100)
                seen.append({hit.citation.document_id for hit in hits})

        watcher = threading.Thread(target=look)
        watcher.start()
        finished(owner, rechunk(owner, base).number)
        over.set()
        watcher.join()
        assert len(seen) > 1
        assert all(found == wanted for found in seen)

    def test_documents_that_change_meanwhile_are_caught_up_with(self, owner: Owner) -> None:
        base, indexed = fill(owner)
        started = rechunk(owner, base)
        eventually(lambda: owner.reindexer.generation(ANA, started.number).documents > 0)
        owner.remover.remove_document(ANA, indexed[5].id)
        replaced = add(owner, base, "Silver replaced it.", key="0")
        fresh = add(owner, base, "Platinum came.", key="new")
        assert finished(owner, started.number).state is GenerationState.ACTIVE
        found = {h.citation.document_id for h in find(owner, "cash silver platinum", limit=100)}
        assert found == {one.id for one in [*indexed[1:5], replaced, fresh]}
        assert find(owner, "silver", limit=1)[0].text == "Silver replaced it."


class TestOrder:
    @pytest.fixture
    def owner(self, settings: Settings) -> Iterator[Owner]:
        with running_owner(settings) as opened:
            yield opened

    def test_one_build_at_a_time(self, owner: Owner) -> None:
        base, _ = fill(owner)
        number = rechunk(owner, base).number
        with pytest.raises(ReindexUnderWay):
            owner.reindexer.start(ANA, None)
        finished(owner, number)

    def test_a_build_can_be_cancelled(self, owner: Owner, settings: Settings) -> None:
        base, _ = fill(owner)
        before = find(owner, "cash", limit=100)
        number = rechunk(owner, base).number
        assert owner.reindexer.cancel(ANA).state is GenerationState.CANCELLED
        eventually(lambda: not (settings.data_dir / "vectors" / f"g{number:06d}").exists())
        assert find(owner, "cash", limit=100) == before
        with pytest.raises(GenerationNotFound):
            owner.reindexer.cancel(ANA)

    def test_there_is_nothing_to_roll_back_to_at_first(self, owner: Owner) -> None:
        with pytest.raises(GenerationNotFound):
            owner.reindexer.roll_back(ANA)

    def test_only_the_generation_before_is_kept(self, owner: Owner, settings: Settings) -> None:
        fill(owner)
        for _ in range(2):
            finished(owner, owner.reindexer.start(ANA, None).number)
        eventually(lambda: not (settings.data_dir / "vectors" / "g000001").exists())
        states = [(one.number, one.state.value) for one in owner.reindexer.generations(ANA)]
        assert states == [(3, "active"), (2, "previous"), (1, "retired")]

    def test_a_build_that_was_cut_off_goes_on_at_the_next_start(self, settings: Settings) -> None:
        with running_owner(settings) as owner:
            base, indexed = fill(owner)
            number = rechunk(owner, base).number
            eventually(lambda: owner.reindexer.generation(ANA, number).documents > 0)
        with running_owner(settings) as owner:
            assert finished(owner, number).state is GenerationState.ACTIVE
            assert owner.library.document(ANA, indexed[0].id).version == 2
