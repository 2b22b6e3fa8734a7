"""What a point is filtered by, and what is drawn from the text of a chunk."""

import pytest

from catalystindex.documents.chunk.chunker import chunk_document
from catalystindex.documents.chunk.policy import builtin_policies, default_policy, resolve_policy
from catalystindex.documents.points import merged_metadata
from catalystindex.documents.stages import with_metadata
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.document import MetadataValue
from support.documents import parse


@pytest.mark.parametrize(
    ("document", "chunk", "merged"),
    [
        ({}, {"codes": ["F32.1"]}, {"codes": ["F32.1"]}),
        ({"codes": ["A"]}, {"codes": ["B", "A"]}, {"codes": ["A", "B"]}),
        ({"codes": "A"}, {"codes": ["B"]}, {"codes": ["A", "B"]}),
        ({"year": 2025}, {"year": 2019}, {"year": 2025}),
        ({"flags": [True]}, {"flags": [1]}, {"flags": [True, 1]}),
        ({"year": 2025}, {}, {"year": 2025}),
    ],
)
def test_lists_are_united_and_else_what_a_person_said_wins(
    document: dict[str, MetadataValue],
    chunk: dict[str, MetadataValue],
    merged: dict[str, MetadataValue],
) -> None:
    assert repr(merged_metadata(document, chunk)) == repr(merged)


def test_what_the_policy_names_is_drawn_from_each_chunk(tokenizer: ModelTokenizer) -> None:
    parsed = parse("Seen on 3 March 2025 for F33.1. " * 40)
    policy = resolve_policy(builtin_policies()["clinical_note"], 64)
    drafts = chunk_document(parsed, "T", policy, tokenizer)
    for draft in with_metadata(drafts, parsed.text, policy):
        assert draft.metadata["dates"] == ["2025-03-03"]
        assert draft.metadata["icd_codes"] == ["F33.1"]
        assert "money" not in draft.metadata
    plain = default_policy(64)
    assert all(not draft.metadata for draft in with_metadata(drafts, parsed.text, plain))
