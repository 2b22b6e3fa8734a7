"""Splitting and embedding, each by itself; and that a worker would make the same of the bytes."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from catalystindex.config.sections import EmbeddingSettings, LimitsSettings, ParsingSettings
from catalystindex.documents.artifacts import decode_chunks, decode_parsed
from catalystindex.documents.parse.kinds import EVENT
from catalystindex.documents.stages import StageContext, run_task
from catalystindex.documents.tasks import ChunkTask, ParseTask, PlaceRef
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.encoder import load_encoder, load_tokenizer
from catalystindex.embedding.serving import ServingIndex
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.errors import CorruptDocument, ProcessingFailed, Unavailable
from catalystindex.model.events.envelope import Event
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.streaming.codec import encode
from catalystindex.streaming.vectors.embed import AT_ONCE, Embedder
from catalystindex.streaming.vectors.parser import EVENT_PARSER
from catalystindex.streaming.vectors.split import Splitter
from catalystindex.streaming.vectors.texts import text_of
from support.event_texts import deletion, message, person
from support.stores import ANA, BEA, PACKAGED

ENCODER = load_encoder(EmbeddingSettings())


class Watched:
    """The packaged encoder, which may fail at a call."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.fails_at = 0

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        self.calls.append(len(texts))
        if len(self.calls) == self.fails_at:
            raise MemoryError
        return ENCODER.encode(texts)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[EmbeddingCache]:
    opened = EmbeddingCache(tmp_path / "embeddings.sqlite", 1_000)
    yield opened
    opened.close()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def index(watched: Watched) -> ServingIndex:
    return ServingIndex(1, "edge", PACKAGED, watched, None)  # type: ignore[arg-type]  # none needed


class TestEmbedding:
    def test_each_distinct_text_is_computed_once(
        self, cache: EmbeddingCache, index: ServingIndex, watched: Watched
    ) -> None:
        embedder = Embedder(cache, Bm25Encoder())
        found = embedder.embed(ANA, index, ["gold", "silver", "gold"])
        assert (found.computed, watched.calls) == (2, [2])
        dense = found.vectors.dense
        assert np.array_equal(dense, ENCODER.encode(["gold", "silver", "gold"]))
        assert list(found.vectors.sparse[0].indices) == list(found.vectors.sparse[2].indices)
        assert embedder.embed(ANA, index, ["silver"]).computed == 0
        assert embedder.embed(BEA, index, ["silver"]).computed == 1

    def test_without_a_cache_a_batch_still_computes_a_text_once(
        self, tmp_path: Path, index: ServingIndex
    ) -> None:
        embedder = Embedder(EmbeddingCache(tmp_path / "none.sqlite", 0), Bm25Encoder())
        assert embedder.embed(ANA, index, ["gold", "gold"]).computed == 1

    def test_what_was_computed_before_a_failure_is_kept(
        self, cache: EmbeddingCache, index: ServingIndex, watched: Watched
    ) -> None:
        texts = [f"gold {n}" for n in range(AT_ONCE + 5)]
        watched.fails_at = 2
        embedder = Embedder(cache, Bm25Encoder())
        with pytest.raises(ProcessingFailed, match="5 texts: MemoryError"):
            embedder.embed(ANA, index, texts)
        assert embedder.embed(ANA, index, texts).computed == 5
        assert watched.calls == [AT_ONCE, 5, 5]

    def test_a_cache_that_is_away_is_said_to_be(self, tmp_path: Path, index: ServingIndex) -> None:
        file = tmp_path / "embeddings.sqlite"
        cache = EmbeddingCache(file, 10)
        with sqlite3.connect(file) as other:
            other.execute("DROP TABLE vectors")
        with pytest.raises(Unavailable, match="cache"):
            Embedder(cache, Bm25Encoder()).embed(ANA, index, ["gold"])

    def test_nothing_has_no_vectors(self, cache: EmbeddingCache, index: ServingIndex) -> None:
        found = Embedder(cache, Bm25Encoder()).embed(ANA, index, [])
        assert found.vectors.dense.shape == (0, PACKAGED.dimension)


LONG = "\n\n".join(f"Paragraph {n} about gold, told at some length." for n in range(80))


@pytest.fixture
def splitter() -> Splitter:
    return Splitter(PACKAGED, load_tokenizer(PACKAGED, EmbeddingSettings()))


class TestSplitting:
    def test_a_short_text_is_one_chunk_of_it_all(self, splitter: Splitter) -> None:
        text = text_of(message("m-1", "Sell.\n\nNow.", subject="Friday"))
        assert text is not None
        split = splitter.split(text)
        (draft,) = split.drafts
        assert split.parsed.text[draft.start : draft.end] == "Sell.\n\nNow."
        assert draft.embedded == "Friday\nSell.\n\nNow."

    @pytest.mark.parametrize(
        "event",
        [message("m-1", "Sell.\n\nNow.", subject="Friday"), person("p-1", "Ada", notes=LONG)],
        ids=["short", "long"],
    )
    def test_a_worker_makes_the_same_of_the_bytes(
        self, splitter: Splitter, event: Event, tmp_path: Path
    ) -> None:
        text = text_of(event)
        assert text is not None
        split = splitter.split(text)
        artifacts = LocalArtifacts(tmp_path)
        place = PlaceRef("acme/aml", "kb", "doc", "ver")
        path = place.place().path
        artifacts.put(path(RAW), encode(event))
        context = StageContext(
            EmbeddingSettings(),
            LimitsSettings(),
            ParsingSettings(),
            artifacts,
            more_parsers=[EVENT_PARSER],
        )
        run_task(context, ParseTask(place, EVENT, text.title, "person.json"))
        policy = splitter.policy.model_dump(mode="json")
        run_task(context, ChunkTask(place, text.title, policy, PACKAGED))
        parsed = decode_parsed(artifacts.get(path(PARSED)))
        assert (parsed.text, parsed.blocks, parsed.parser) == (
            split.parsed.text,
            split.parsed.blocks,
            split.parsed.parser,
        )
        assert decode_chunks(artifacts.get(path(CHUNKS))) == split.drafts

    @pytest.mark.parametrize("data", [b"{}", encode(deletion("m-1", 1))], ids=["no event", "none"])
    def test_bytes_without_a_text_are_no_document(self, data: bytes, tmp_path: Path) -> None:
        artifacts = LocalArtifacts(tmp_path)
        place = PlaceRef("acme/aml", "kb", "doc", "ver")
        artifacts.put(place.place().path(RAW), data)
        context = StageContext(
            EmbeddingSettings(),
            LimitsSettings(),
            ParsingSettings(),
            artifacts,
            more_parsers=[EVENT_PARSER],
        )
        with pytest.raises(CorruptDocument):
            run_task(context, ParseTask(place, EVENT, "", "person.json"))
