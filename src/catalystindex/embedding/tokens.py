"""The encoder's own tokenizer: counts that are exact, because they are the model's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from catalystindex.model.errors import DependencyMissing

SPECIAL_TOKENS = 2
"""``[CLS]`` and ``[SEP]`` of a BERT encoder."""


@dataclass(frozen=True)
class TokenSpans:
    """Where each token of a text stands: ``starts`` and ``ends``, characters, int64, ascending."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)


class ModelTokenizer:
    """Splits text as the model does. Safe to use from several threads.

    Raises `DependencyMissing` for a file that holds no tokenizer.
    """

    def __init__(self, file: Path, max_tokens: int) -> None:
        self._full = _load(file)
        self._full.no_padding()
        self._full.no_truncation()
        self._cut = _load(file)
        self._cut.no_padding()
        self._cut.enable_truncation(max_tokens)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids that the model reads, special tokens included, cut to its limit."""
        return [encoding.ids for encoding in self._cut.encode_batch_fast(list(texts))]

    def spans(self, text: str) -> TokenSpans:
        """Return where the tokens of a text stand, without special tokens or a limit."""
        encoding = self._full.encode(text, add_special_tokens=False)
        offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
        return TokenSpans(offsets[:, 0], offsets[:, 1])

    def count(self, text: str) -> int:
        """Return the length of a text as the model reads it, special tokens included."""
        return len(self._full.encode(text).ids)


def _load(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:
        raise DependencyMissing(f"{file.name} is not a tokenizer: {error}") from error
