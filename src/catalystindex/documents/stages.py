"""The stages as compute workers run them: read artifacts, write artifacts, nothing else.

Each stage is a function of its artifacts: running it twice writes the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from catalystindex.config.sections import EmbeddingSettings, LimitsSettings, ParsingSettings
from catalystindex.documents.artifacts import (
    ChunkVectors,
    decode_chunks,
    decode_parsed,
    encode_chunks,
    encode_parsed,
    encode_vectors,
)
from catalystindex.documents.chunk.chunker import chunk_document
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.generation import build_generation
from catalystindex.documents.metadata.extract import extract
from catalystindex.documents.ocr.base import Recogniser
from catalystindex.documents.ocr.lazy import LazyRecogniser
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext, no_progress
from catalystindex.documents.parse.registry import Parser, ParserRegistry
from catalystindex.documents.reading import reading_of
from catalystindex.documents.tasks import (
    Answer,
    BuildTask,
    ChunkTask,
    Done,
    EmbedTask,
    ParseTask,
    Task,
)
from catalystindex.embedding.base import FloatMatrix
from catalystindex.embedding.encoder import LocalEncoder, load_named, load_tokenizer
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import ModelReadsLess
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, RAW, ArtifactStore


@dataclass
class StageContext:
    """What stages work with; models are loaded when first needed."""

    embedding: EmbeddingSettings
    limits: LimitsSettings
    parsing: ParsingSettings
    artifacts: ArtifactStore
    on_progress: Callable[[int, int], None] = no_progress
    more_parsers: Sequence[Parser] = ()
    """Of documents that the layers above write themselves."""
    encoders: dict[str, LocalEncoder] = field(default_factory=dict)
    tokenizers: dict[str, ModelTokenizer] = field(default_factory=dict)

    @cached_property
    def parsers(self) -> ParserRegistry:
        """The parser of each media type."""
        return load_registry(self.parsing, self.more_parsers)

    @cached_property
    def recogniser(self) -> Recogniser | None:
        """The recogniser of pictures of text; None when the settings say never."""
        if self.parsing.ocr == "never":
            return None
        return LazyRecogniser(self.parsing.ocr_threads)

    def encoder(self, model: EncoderRef) -> LocalEncoder:
        """Return an encoder. Raises `DependencyMissing` if it is not the one that is named."""
        if model.digest not in self.encoders:
            self.encoders[model.digest] = load_named(model, self.embedding)
        return self.encoders[model.digest]

    def tokenizer(self, model: EncoderRef) -> ModelTokenizer:
        """Return an encoder's tokenizer, without the encoder."""
        if model.digest not in self.tokenizers:
            self.tokenizers[model.digest] = load_tokenizer(model, self.embedding)
        return self.tokenizers[model.digest]

    @cached_property
    def sparse(self) -> Bm25Encoder:
        """The sparse encoder."""
        return Bm25Encoder()


def run_task(context: StageContext, task: Task) -> Answer:
    """Run one task. Raises the typed errors of its stage."""
    if isinstance(task, ParseTask):
        return parse(context, task)
    if isinstance(task, ChunkTask):
        return chunk(context, task)
    if isinstance(task, EmbedTask):
        return embed(context, task)
    return build(context, task)


def parse(context: StageContext, task: ParseTask) -> Done:
    """Raw bytes to parsed text. Raises `DocumentError`."""
    place, artifacts = task.place.place(), context.artifacts
    raw = artifacts.get(place.path(RAW))
    reading = ParseContext(
        context.limits,
        context.parsing,
        recogniser=context.recogniser,
        on_progress=context.on_progress,
    )
    parsed = context.parsers.parse(raw, task.media_type, reading)
    title = task.title or parsed.title or Path(task.filename).stem
    artifacts.put(place.path(PARSED), encode_parsed(parsed))
    reading_found = reading_of(parsed).model_dump(mode="json")
    return Done(pages=parsed.pages, title=title, reading=reading_found)


def chunk(context: StageContext, task: ChunkTask) -> Done:
    """Cut parsed text into chunks with their metadata. Raises `DocumentError`."""
    place, artifacts = task.place.place(), context.artifacts
    parsed = decode_parsed(artifacts.get(place.path(PARSED)))
    policy = ChunkPolicy.model_validate(task.policy)
    chunks = chunk_document(parsed, task.title, policy, context.tokenizer(task.model))
    chunks = with_metadata(chunks, parsed.text, policy)
    artifacts.put(place.path(CHUNKS), encode_chunks(chunks))
    return Done(chunks=len(chunks))


def with_metadata(chunks: Sequence[ChunkDraft], text: str, policy: ChunkPolicy) -> list[ChunkDraft]:
    """Return the chunks with what the policy wants drawn from their text."""
    if not policy.extract:
        return list(chunks)
    return [
        msgspec.structs.replace(
            chunk, metadata=dict(extract(text[chunk.start : chunk.end], policy.extract))
        )
        for chunk in chunks
    ]


def embed(context: StageContext, task: EmbedTask) -> Done:
    """Chunks to dense and sparse vectors; dense vectors that are given are not computed.

    Raises `ModelReadsLess` for chunks that were cut for an encoder that reads more.
    """
    place, artifacts = task.place.place(), context.artifacts
    texts = [chunk.embedded for chunk in decode_chunks(artifacts.get(place.path(CHUNKS)))]
    encoder = context.encoder(task.model)
    _require_whole(encoder, texts)
    dense = _dense(encoder, texts, known_vectors(task))
    sparse = [context.sparse.document(text) for text in texts]
    artifacts.put(
        place.path(task.model.vectors_artifact), encode_vectors(ChunkVectors(dense, sparse))
    )
    return Done(chunks=len(texts))


def _require_whole(encoder: LocalEncoder, texts: Sequence[str]) -> None:
    limit = encoder.identity.max_tokens
    longest = max((encoder.tokenizer.count(text) for text in texts), default=0)
    if longest > limit:
        raise ModelReadsLess(
            f"A chunk has {longest} tokens, and {encoder.identity.name!r} reads {limit}: chunk the "
            "documents anew by a policy of shorter chunks.",
            tokens=longest,
            limit=limit,
        )


def known_vectors(task: EmbedTask) -> dict[int, FloatMatrix]:
    """Return the vectors a task brings along, by place."""
    places = task.known_places
    if not places:
        return {}
    stacked = np.frombuffer(task.known_vectors, np.float32).reshape(len(places), -1)
    return dict(zip(places, stacked, strict=True))


def _dense(encoder: LocalEncoder, texts: list[str], known: dict[int, FloatMatrix]) -> FloatMatrix:
    missing = [place for place in range(len(texts)) if place not in known]
    dense = np.empty((len(texts), encoder.identity.dimension), np.float32)
    for place, vector in known.items():
        dense[place] = vector
    if missing:
        dense[missing] = encoder.encode([texts[place] for place in missing])
    return dense


def build(context: StageContext, task: BuildTask) -> Done:
    """Artifacts of many versions to one optimised index generation."""
    return Done(chunks=build_generation(context.artifacts, task))
