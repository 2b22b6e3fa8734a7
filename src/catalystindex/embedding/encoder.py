"""The local encoder: tokenizer, batches and engine put together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.base import FloatMatrix, ModelIdentity
from catalystindex.embedding.batching import token_batches
from catalystindex.embedding.model_files import PACKAGED_NAME, ModelFiles, find_model
from catalystindex.embedding.runtimes import Runtime, open_runtime
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.errors import DependencyMissing

LEAST_BATCH = 128
"""Tokens below which splitting a batch over streams costs more than it gives."""


class LocalEncoder:
    """An ONNX sentence encoder on this machine's CPU. Safe to use from several threads."""

    def __init__(
        self, files: ModelFiles, tokenizer: ModelTokenizer, runtime: Runtime, batch_tokens: int
    ) -> None:
        self.tokenizer = tokenizer
        self._runtime, self._budget = runtime, batch_tokens
        self._identity = ModelIdentity(
            files.name, files.digest, runtime.dimension, files.max_tokens
        )
        self.reference = reference(files, runtime.dimension)

    @property
    def identity(self) -> ModelIdentity:
        """The model behind the vectors."""
        return self._identity

    @property
    def engine(self) -> str:
        """The engine that runs the model."""
        return self._runtime.name

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (texts, dimension), float32, in the order given."""
        out = np.empty((len(texts), self._identity.dimension), np.float32)
        tokens = self.tokenizer.ids(texts)
        self._runtime.run(token_batches(tokens, self._budget_for(tokens)), out)
        return out

    def _budget_for(self, tokens: Sequence[Sequence[int]]) -> int:
        """Return the tokens of one batch: fewer for a few texts, so that every stream has some."""
        share = sum(map(len, tokens)) // self._runtime.streams
        return min(self._budget, max(LEAST_BATCH, share))


def reference(files: ModelFiles, dimension: int) -> EncoderRef:
    """Return how a generation names an encoder."""
    packaged = files.name == PACKAGED_NAME
    return EncoderRef(
        files.name,
        files.digest,
        dimension,
        files.max_tokens,
        None if packaged else str(files.model.resolve()),
        None if packaged else str(files.tokenizer.resolve()),
    )


def find_named(model: EncoderRef, settings: EmbeddingSettings) -> ModelFiles:
    """Return the files of an encoder. Raises `DependencyMissing` if they are not those it names."""
    named = {
        "model_path": None if model.model_path is None else Path(model.model_path),
        "tokenizer_path": None if model.tokenizer_path is None else Path(model.tokenizer_path),
        "max_tokens": model.max_tokens,
    }
    files = find_model(settings.model_copy(update=named))
    if files.digest != model.digest:
        raise DependencyMissing(
            f"The files of the encoder {model.name!r} are not those the index was built with.",
            model=model.name,
        )
    return files


def load_named(model: EncoderRef, settings: EmbeddingSettings) -> LocalEncoder:
    """Load the encoder of a generation. Raises `DependencyMissing`."""
    return _load(find_named(model, settings), settings)


def load_tokenizer(model: EncoderRef, settings: EmbeddingSettings) -> ModelTokenizer:
    """Load the tokenizer of a generation's encoder alone. Raises `DependencyMissing`."""
    files = find_named(model, settings)
    return ModelTokenizer(files.tokenizer, files.max_tokens)


def load_encoder(settings: EmbeddingSettings) -> LocalEncoder:
    """Load the encoder the settings choose. Raises `DependencyMissing`."""
    return _load(find_model(settings), settings)


def _load(files: ModelFiles, settings: EmbeddingSettings) -> LocalEncoder:
    tokenizer = ModelTokenizer(files.tokenizer, files.max_tokens)
    runtime = open_runtime(files.model, settings)
    return LocalEncoder(files, tokenizer, runtime, settings.batch_tokens)
