import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.chunk.chunker import (
    BASE_TIER,
    MAX_BOXES,
    ChunkDraft,
    chunk_document,
)
from catalystindex.documents.chunk.policy import ChunkPolicy, default_policy
from catalystindex.documents.parsed import Box, ParsedDocument
from catalystindex.embedding.tokens import SPECIAL_TOKENS, ModelTokenizer
from support.documents import parse, parse_markdown, visible

HALVED = (
    "0 0 0 0 010 一一一一一 一一一一一 zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz "
    "0 0000 0000000000000000000000 The customer paid in cash below the threshold on seven days."
)
"""A word cut in two counts more tokens than before, so that a range is halved beside a blank."""
SENTENCE = "The customer paid in cash below the threshold on seven days. "


def policy(max_tokens: int = 40, context_tokens: int = 10) -> ChunkPolicy:
    return ChunkPolicy(
        name="test", revision=1, max_tokens=max_tokens, context_tokens=context_tokens
    )


def assert_exact_cover(parsed: ParsedDocument, drafts: list[ChunkDraft]) -> None:
    """Every non-blank character is in exactly one chunk, and no chunk has blank ends."""
    end = 0
    for draft in drafts:
        assert end <= draft.start < draft.end <= len(parsed.text)
        assert not parsed.text[end : draft.start].strip()
        own = parsed.text[draft.start : draft.end]
        assert own == own.strip()
        end = draft.end
    assert not parsed.text[end:].strip()


def assert_within(drafts: list[ChunkDraft], tokenizer: ModelTokenizer, limit: int) -> None:
    for draft in drafts:
        assert draft.tokens == tokenizer.count(draft.embedded) <= limit


latin = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=30)
cjk = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=60)
emoji = st.lists(st.sampled_from("😀👩‍💻🇩🇪👍🏽🧑🏾‍🚀"), max_size=20).map("".join)
long_word = st.builds(
    lambda part, times: part * times,
    st.text("abcxyz019", min_size=1, max_size=4),
    st.integers(1, 90),
)
private = st.text(st.characters(categories=["Co"]), max_size=40)
marks = st.text(st.sampled_from("e\u0301\u0300\u0332a\u20dd"), max_size=40)
anything = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)
pieces = st.one_of(latin, cjk, emoji, long_word, private, marks, anything, st.just(SENTENCE))
paragraphs = st.lists(pieces, max_size=12).map(" ".join) | st.lists(pieces, max_size=5).map("".join)
sources = st.lists(paragraphs, min_size=1, max_size=6).map("\n\n".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=sources, title=latin, max_tokens=st.integers(32, 64))
@example(source=HALVED, title="", max_tokens=38)
def test_any_text_is_covered_once_within_the_limit(
    tokenizer: ModelTokenizer, source: str, title: str, max_tokens: int
) -> None:
    parsed = parse("x\n\n" + source)
    own = policy(max_tokens, max_tokens // 4)
    drafts = chunk_document(parsed, title, own, tokenizer)
    assert_exact_cover(parsed, drafts)
    assert_within(drafts, tokenizer, max_tokens)
    assert chunk_document(parsed, title, own, tokenizer) == drafts
    assert {draft.tier for draft in drafts} == {BASE_TIER}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 3), paragraphs), min_size=1, max_size=10))
def test_sections_are_never_mixed(tokenizer: ModelTokenizer, parts: list[tuple[int, str]]) -> None:
    """A chunk's heading path is that of its last block, and no text block under another."""
    builder = DocumentBuilder("text/plain", 1_000_000)
    for number, (level, text) in enumerate(parts):
        if level:
            builder.heading(level, f"Heading {number}")
        builder.add("paragraph", text)
    builder.add("paragraph", "end")
    parsed = builder.build()
    drafts = chunk_document(parsed, "Title", policy(), tokenizer)
    assert_exact_cover(parsed, drafts)
    for draft in drafts:
        touched = [b for b in parsed.blocks if b.start < draft.end and b.end > draft.start]
        texts = {b.heading_path for b in touched if b.kind != "heading"}
        assert texts <= {draft.heading_path}


def test_a_short_section_is_one_chunk_with_its_heading(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown("# Manual\n\n## Scope\n\nAll staff.\n\n## Duty\n\nReport it.\n")
    drafts = chunk_document(parsed, "Manual", policy(), tokenizer)
    assert [parsed.text[d.start : d.end] for d in drafts] == [
        "Manual\n\nScope\n\nAll staff.",
        "Duty\n\nReport it.",
    ]
    assert [d.heading_path for d in drafts] == [("Manual", "Scope"), ("Manual", "Duty")]


def test_title_and_headings_are_embedded_with_each_chunk(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown(f"## Scope\n\n{SENTENCE * 6}")
    drafts = chunk_document(parsed, "Manual", policy(), tokenizer)
    assert len(drafts) > 2
    for draft in drafts:
        own = parsed.text[draft.start : draft.end]
        assert draft.embedded == f"Manual > Scope\n{own}"


def test_a_title_that_is_a_heading_is_not_said_twice(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown("# Manual\n\n## Scope\n\nAll staff.\n")
    (draft,) = chunk_document(parsed, "Manual", policy(), tokenizer)
    assert draft.embedded.startswith("Manual > Scope\n")


@pytest.mark.parametrize("context_tokens", [0, 3, 10])
def test_long_headings_are_cut_to_their_share(
    tokenizer: ModelTokenizer, context_tokens: int
) -> None:
    parsed = parse_markdown(f"# {'Extraordinarily longwinded ' * 10}\n\n{SENTENCE * 4}")
    drafts = chunk_document(parsed, "", policy(40, context_tokens), tokenizer)
    assert_within(drafts, tokenizer, 40)
    last = drafts[-1]
    own = parsed.text[last.start : last.end]
    context = last.embedded.removesuffix(own).rstrip("\n")
    assert tokenizer.count(context) - SPECIAL_TOKENS == context_tokens
    assert "Extraordinarily longwinded Extraordinarily".startswith(context[:12])


def test_chunks_end_with_sentences_where_they_can(tokenizer: ModelTokenizer) -> None:
    parsed = parse(SENTENCE * 30)
    drafts = chunk_document(parsed, "", policy(64, 0), tokenizer)
    assert all(parsed.text[draft.end - 1] == "." for draft in drafts)
    assert all(draft.tokens > 32 for draft in drafts[:-1])


def test_chunks_end_with_blocks_rather_than_with_sentences(tokenizer: ModelTokenizer) -> None:
    parsed = parse("\n\n".join([SENTENCE * 2] * 6))
    drafts = chunk_document(parsed, "", policy(64, 0), tokenizer)
    ends = {block.end for block in parsed.blocks}
    assert {draft.end for draft in drafts} <= ends


def test_pages_are_those_of_the_blocks_a_chunk_touches(tokenizer: ModelTokenizer) -> None:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    for page in range(1, 5):
        builder.add("paragraph", f"Page {page}. " + SENTENCE, Where(page))
    parsed = builder.build(pages=4)
    drafts = chunk_document(parsed, "", policy(40, 0), tokenizer)
    for draft in drafts:
        pages = {b.page for b in parsed.blocks if b.start < draft.end and b.end > draft.start}
        assert {draft.first_page, draft.last_page} == {
            min(filter(None, pages)),
            max(filter(None, pages)),
        }
    assert (drafts[0].first_page, drafts[-1].last_page) == (1, 4)
    assert any(draft.last_page != draft.first_page for draft in drafts) or len(drafts) == 4


def box(page: int, top: float) -> Box:
    return Box(page, 72.0, top, 300.0, top + 10.0)


def test_boxes_and_confidence_are_those_of_the_blocks_a_chunk_touches(
    tokenizer: ModelTokenizer,
) -> None:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    for page, confidence in ((1, None), (2, 0.5), (2, 0.9), (3, None)):
        text = f"Page {page}. " + SENTENCE * 2
        builder.add("paragraph", text, Where(page, None, (box(page, 72.0),), confidence))
    parsed = builder.build(pages=3)
    drafts = chunk_document(parsed, "", policy(40, 0), tokenizer)
    for draft in drafts:
        touched = [b for b in parsed.blocks if b.start < draft.end and b.end > draft.start]
        assert draft.boxes == tuple(one for block in touched for one in block.boxes)
        known = [b.confidence for b in touched if b.confidence is not None]
        if known:
            assert draft.confidence is not None
            assert min(known) <= draft.confidence <= max(known)
        else:
            assert draft.confidence is None
    assert {draft.confidence is None for draft in drafts} == {True, False}


def test_a_block_over_two_pages_gives_its_chunk_both(tokenizer: ModelTokenizer) -> None:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    builder.add("paragraph", SENTENCE, Where(4, 5, (box(4, 700.0), box(5, 72.0))))
    (draft,) = chunk_document(builder.build(pages=9), "", policy(), tokenizer)
    assert (draft.first_page, draft.last_page) == (4, 5)


def test_very_many_boxes_become_one_a_page(tokenizer: ModelTokenizer) -> None:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    for number in range(MAX_BOXES + 1):
        builder.add("paragraph", "Cash.", Where(number % 2 + 1, None, (box(1, 20.0 * number),)))
    builder.add("paragraph", "Cash.", Where(2, None, (box(2, 30.0),)))
    (draft,) = chunk_document(builder.build(pages=2), "", policy(200, 0), tokenizer)
    assert draft.boxes == (Box(1, 72.0, 0.0, 300.0, 20.0 * MAX_BOXES + 10), box(2, 30.0))


def test_formats_without_pages_have_none(tokenizer: ModelTokenizer) -> None:
    (draft,) = chunk_document(parse("text"), "", policy(), tokenizer)
    assert draft.first_page is None
    assert draft.last_page is None


def test_a_document_of_headings_alone_is_chunked(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown("# One\n\n## Two\n\n# Three\n")
    drafts = chunk_document(parsed, "One", policy(), tokenizer)
    assert visible("".join(parsed.text[d.start : d.end] for d in drafts)) == "OneTwoThree"


def test_the_default_policy_leaves_room_for_text(tokenizer: ModelTokenizer) -> None:
    for max_tokens in (32, 256, 8192):
        own = default_policy(max_tokens)
        assert 0 < own.context_tokens < own.max_tokens - SPECIAL_TOKENS
    parsed = parse_markdown(f"# {'long heading ' * 40}\n\n{SENTENCE * 10}")
    drafts = chunk_document(parsed, "T" * 200, default_policy(32), tokenizer)
    assert_exact_cover(parsed, drafts)
    assert_within(drafts, tokenizer, 32)


@pytest.mark.parametrize("context_tokens", [30, 32, 400])
def test_a_policy_whose_context_leaves_no_room_is_refused(context_tokens: int) -> None:
    with pytest.raises(ValidationError):
        policy(32, context_tokens)
