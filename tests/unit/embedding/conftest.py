"""The real model on both engines, each loaded once."""

import pytest

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.tokens import ModelTokenizer


@pytest.fixture(scope="session")
def encoder() -> LocalEncoder:
    return load_encoder(EmbeddingSettings())


@pytest.fixture(scope="session")
def fallback() -> LocalEncoder:
    return load_encoder(EmbeddingSettings(engine="onnxruntime"))


@pytest.fixture(scope="session")
def tokenizer(encoder: LocalEncoder) -> ModelTokenizer:
    return encoder.tokenizer
