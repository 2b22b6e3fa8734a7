"""Cutting texts as documents are cut: by a policy, as the encoder counts tokens."""

from collections.abc import Callable
from typing import NamedTuple

from catalystindex.documents.chunk.chunker import chunk_document
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.policy import ChunkPolicy, default_policy
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.documents.stages import with_metadata
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.encoder import EncoderRef
from catalystindex.streaming.vectors.parser import parsed_of
from catalystindex.streaming.vectors.texts import EventText

TokenizerOf = Callable[[EncoderRef], ModelTokenizer]


class SplitText(NamedTuple):
    """A text and its chunks; none where it has no character that is read."""

    parsed: ParsedDocument
    drafts: list[ChunkDraft]


class Splitter:
    """Cuts texts for one encoder by the product's default policy."""

    def __init__(self, model: EncoderRef, tokenizer: ModelTokenizer) -> None:
        self.policy: ChunkPolicy = default_policy(model.max_tokens)
        self._tokenizer = tokenizer

    def split(self, text: EventText) -> SplitText:
        """Return the chunks of a text: what a worker makes of the same event, by construction."""
        parsed = parsed_of(text)
        drafts = chunk_document(parsed, text.title, self.policy, self._tokenizer)
        return SplitText(parsed, with_metadata(drafts, parsed.text, self.policy))
