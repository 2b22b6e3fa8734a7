"""The real tokenizer, loaded once."""

import pytest

from catalystindex.config.sections import EmbeddingSettings
from catalystindex.embedding.model_files import find_model
from catalystindex.embedding.tokens import ModelTokenizer


@pytest.fixture(scope="session")
def tokenizer() -> ModelTokenizer:
    files = find_model(EmbeddingSettings())
    return ModelTokenizer(files.tokenizer, files.max_tokens)
