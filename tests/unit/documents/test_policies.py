"""Every policy over any text: nothing lost, nothing over the limit, the same again."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.chunk.chunker import BASE_TIER, chunk_document
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.policy import BUILTIN_NAMES, builtin_policies, resolve_policy
from catalystindex.documents.chunk.policy_file import MAX_BYTES, read_policy
from catalystindex.documents.chunk.spec import Policy
from catalystindex.documents.parsed import Box, ParsedDocument
from catalystindex.documents.points import chunk_id, chunks_of
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.errors import InvalidPolicy
from catalystindex.stores.artifacts.base import VersionPlace
from support.documents import parse, parse_markdown

EVERY_TIER = read_policy(
    b"""
name: everything
description: All tiers at once.
tiers:
  - tier: semantic
  - {tier: window, sentences: 3, overlap: 1}
  - tier: criteria
  - {tier: table, when: always}
  - {tier: highlight, percent: 50, least_sentences: 3}
  - tier: page
""",
    "everything.yaml",
)
POLICIES = [*builtin_policies().values(), EVERY_TIER]
PLACE = VersionPlace("o/w/u", "base", "document", "version")

words = st.sampled_from(
    [
        "The",
        "customer",
        "paid.",
        "A.",
        "(1)",
        "1.",
        "b)",
        "F32.1",
        "漢字",
        "—",
        "z" * 60,
        "1.2",
        "-",
    ]
)
lines = st.lists(words, min_size=1, max_size=12).map(" ".join)
texts = st.lists(lines, min_size=1, max_size=8).map("\n".join)
tables = st.lists(st.lists(lines, min_size=2, max_size=3), min_size=1, max_size=8)
parts = st.lists(
    st.tuples(st.sampled_from(["paragraph", "list_item", "heading"]), texts)
    | st.tuples(st.just("table"), tables),
    min_size=1,
    max_size=8,
)


def document(pieces: list[tuple[str, object]], *, paged: bool) -> ParsedDocument:
    builder = DocumentBuilder("text/plain", 1_000_000)
    for number, (kind, content) in enumerate(pieces):
        page = number // 2 + 1
        where = Where(page, boxes=(Box(page, 1, 1, 2, 2),)) if paged else Where()
        if kind == "table":
            assert isinstance(content, list)
            builder.table(content, header_rows=1, caption=None, where=where)
        elif kind == "heading":
            builder.heading(number % 3 + 1, str(content), where)
        else:
            builder.add(kind, str(content), where)  # type: ignore[arg-type]
    builder.add("paragraph", "end", Where(len(pieces) if paged else None))
    return builder.build()


def cut(parsed: ParsedDocument, name: str, tokens: int, own: ModelTokenizer) -> list[ChunkDraft]:
    policy = next(one for one in POLICIES if one.name == name)
    return chunk_document(parsed, "A title", resolve_policy(policy, tokens), own)


def tier(parsed: ParsedDocument, drafts: list[ChunkDraft], name: str) -> list[str]:
    return [parsed.text[d.start : d.end] for d in drafts if d.tier == name]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=parts,
    name=st.sampled_from([one.name for one in POLICIES]),
    tokens=st.integers(32, 96),
    paged=st.booleans(),
)
def test_any_policy_loses_nothing_and_keeps_its_limit(
    tokenizer: ModelTokenizer,
    pieces: list[tuple[str, object]],
    name: str,
    tokens: int,
    paged: bool,
) -> None:
    parsed = document(pieces, paged=paged)
    drafts = cut(parsed, name, tokens, tokenizer)
    uncovered = list(parsed.text)
    for draft in drafts:
        assert 0 <= draft.start < draft.end <= len(parsed.text)
        assert draft.tokens == tokenizer.count(draft.embedded) <= tokens
        assert parsed.text[draft.start : draft.end] in draft.embedded
        touched = {
            box
            for b in parsed.blocks
            if b.start < draft.end and b.end > draft.start
            for box in b.boxes
        }
        assert set(draft.boxes) <= touched
        if draft.tier == BASE_TIER:
            uncovered[draft.start : draft.end] = " " * (draft.end - draft.start)
    assert not "".join(uncovered).strip()
    again = cut(parsed, name, tokens, tokenizer)
    assert [chunk_id("v", n, d) for n, d in enumerate(again)] == [
        chunk_id("v", n, d) for n, d in enumerate(drafts)
    ]
    assert again == drafts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=parts)
def test_neighbours_form_one_chain_in_each_tier(
    tokenizer: ModelTokenizer, pieces: list[tuple[str, object]]
) -> None:
    parsed = document(pieces, paged=True)
    chunks = chunks_of(PLACE, parsed.text, cut(parsed, "everything", 64, tokenizer))
    for name in {chunk.tier for chunk in chunks}:
        chain = [chunk for chunk in chunks if chunk.tier == name]
        assert [c.previous_id for c in chain] == [None, *(c.id for c in chain[:-1])]
        assert [c.next_id for c in chain] == [*(c.id for c in chain[1:]), None]
        assert [c.span.start for c in chain] == sorted(c.span.start for c in chain)


def test_the_policies_that_come_with_the_product_are_those_promised() -> None:
    assert tuple(builtin_policies()) == BUILTIN_NAMES
    files = Path("src/catalystindex/documents/chunk/policies").glob("*.yaml")
    assert sorted(file.stem for file in files) == sorted(BUILTIN_NAMES)


def test_each_criterion_is_one_chunk_with_what_leads_to_it(tokenizer: ModelTokenizer) -> None:
    parsed = parse(
        "Depressive episode.\n\n"
        "A. Five or more of the following are present:\n"
        "1. Depressed mood.\n"
        "2. Loss of interest.\n"
        "B. The symptoms cause distress.\n"
        "C. They are not due to:\n"
        "(a) a substance;\n"
        "(b) another condition.\n"
    )
    drafts = cut(parsed, "clinical_criteria", 256, tokenizer)
    assert tier(parsed, drafts, "criteria") == [
        "A. Five or more of the following are present:",
        "1. Depressed mood.",
        "2. Loss of interest.",
        "B. The symptoms cause distress.",
        "C. They are not due to:",
        "(a) a substance;",
        "(b) another condition.",
    ]
    embedded = {parsed.text[d.start : d.end]: d.embedded for d in drafts if d.tier == "criteria"}
    assert "A. Five or more" in embedded["2. Loss of interest."]
    assert "1. Depressed" not in embedded["2. Loss of interest."]
    assert "C. They are not due to:" in embedded["(b) another condition."]
    assert "A. Five" not in embedded["B. The symptoms cause distress."]


def test_bullets_carry_the_sentence_before_their_list(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown(
        "# TMS\n\nRead this. All are documented:\n\n- age 18;\n- a score of 15.\n"
    )
    drafts = [d for d in cut(parsed, "clinical_criteria", 256, tokenizer) if d.tier == "criteria"]
    assert len(drafts) == 2
    for draft in drafts:
        assert "All are documented:" in draft.embedded
        assert "Read this." not in draft.embedded
    assert cut(parsed, "legal_document", 256, tokenizer)[1:] == []


def test_rows_of_a_cut_table_repeat_their_header(tokenizer: ModelTokenizer) -> None:
    rows = [["Account", "Balance"], *([f"ACC-{n:04}", f"{n * 7919} USD"] for n in range(60))]
    builder = DocumentBuilder("text/plain", 1_000_000)
    builder.table(rows, header_rows=1, caption="Table 1: balances", where=Where())
    parsed = builder.build()
    drafts = [d for d in cut(parsed, "default", 128, tokenizer) if d.tier == "table"]
    assert len(drafts) > 2
    assert all("Account | Balance" in d.embedded for d in drafts)
    assert all("Table 1: balances" in d.embedded for d in drafts)
    shown = "\n".join(parsed.text[d.start : d.end] for d in drafts)
    assert [line for line in shown.splitlines() if "ACC-" in line] == shown.splitlines()
    assert shown.count("ACC-") == 60


def test_a_table_that_is_whole_in_a_passage_is_not_repeated(tokenizer: ModelTokenizer) -> None:
    parsed = parse_markdown("# T\n\n| a | b |\n| - | - |\n| 1 | 2 |\n")
    assert {d.tier for d in cut(parsed, "default", 256, tokenizer)} == {"semantic"}
    assert tier(parsed, cut(parsed, "financial_filing", 256, tokenizer), "table") == ["| 1 | 2 |"]


def test_a_number_where_a_line_was_wrapped_is_no_item(tokenizer: ModelTokenizer) -> None:
    parsed = parse("The score in the record of the visit is below\n5. A resolved episode is not.")
    assert tier(parsed, cut(parsed, "clinical_criteria", 256, tokenizer), "criteria") == []


def test_a_wrapped_line_is_no_sentence(tokenizer: ModelTokenizer) -> None:
    line = "the account was opened in person at the branch in the town by"
    parsed = parse("\n".join([line] * 12))
    assert tier(parsed, cut(parsed, "everything", 256, tokenizer), "window") == []


def test_windows_overlap(tokenizer: ModelTokenizer) -> None:
    parsed = parse(" ".join(f"Sentence {n} is here." for n in range(8)))
    windows = tier(parsed, cut(parsed, "everything", 256, tokenizer), "window")
    assert [w.count("Sentence") for w in windows] == [3, 3, 3, 2]
    assert windows[0].endswith("Sentence 2 is here.")
    assert windows[1].startswith("Sentence 2 is here.")


def test_the_most_central_sentence_is_the_highlight(tokenizer: ModelTokenizer) -> None:
    odd = [f"Nothing whatever of item{n} concerns word{n} today{n}." for n in range(6)]
    central = "Cash deposits below the reporting threshold indicate structuring."
    near = [
        "Cash deposits are counted every single day.",
        "The reporting threshold is ten thousand.",
    ]
    parsed = parse(" ".join([*odd[:3], near[0], central, near[1], *odd[3:]]))
    policy = resolve_policy(builtin_policies()["policy_manual"], 256)
    drafts = chunk_document(parsed, "T", policy, tokenizer)
    assert tier(parsed, drafts, "highlight") == [central]


def test_a_page_is_whole(tokenizer: ModelTokenizer) -> None:
    parsed = document(
        [("paragraph", "One."), ("paragraph", "Two."), ("paragraph", "Three.")], paged=True
    )
    drafts = [d for d in cut(parsed, "financial_filing", 256, tokenizer) if d.tier == "page"]
    assert [(d.first_page, d.last_page) for d in drafts] == [(1, 1), (2, 2), (3, 3)]
    assert parsed.text[drafts[0].start : drafts[0].end] == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: a\ndescription: b\ntires: []\n",
            "line 3, tires: unknown key 'tires'; did you mean 'tiers'?",
        ),
        (
            "name: a\ndescription: b\ntiers:\n  - tier: semantic\n  - tier: widow\n",
            "line 5, tiers.1: unknown name 'widow'; did you mean 'window'?",
        ),
        (
            "name: a\ndescription: b\ntiers:\n- tier: semantic\n- tier: window\n  overlop: 1\n",
            "line 6, tiers.1.overlop: unknown key 'overlop'; did you mean 'overlap'?",
        ),
        (
            "name: a\ndescription: b\ntiers: [{tier: semantic}]\nextract: [icd11]\n",
            "line 4, extract.0: unknown name 'icd11'; did you mean 'icd10'?",
        ),
        (
            "name: a\ndescription: b\ntiers: [{tier: page}]\n",
            "the first of 'tiers' must be 'semantic'",
        ),
        (
            "name: a\ndescription: b\ntiers: [{tier: semantic}, {tier: page}, {tier: page}]\n",
            "names a tier twice",
        ),
        ("name: a\ndescription: b\n", "tiers: the key is missing"),
        ("name: a\nname: b\n", "line 2, name: the key is there twice"),
        ("name: &x a\ndescription: *x\n", "line 2: aliases"),
        ("name: [\n", "not YAML"),
        ("[" * 5000, "nested deeper"),
        ("", "should be"),
        ("- a\n", "should be"),
        ("name: " + "x" * MAX_BYTES, "at most 65536 bytes"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_a_way_out(text: str, said: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(text.encode(), "mine.yaml")
    assert caught.value.detail.startswith("mine.yaml: ")
    assert said in caught.value.detail


def test_a_limit_above_the_encoders_is_the_encoders() -> None:
    wanted = EVERY_TIER.model_copy(update={"max_tokens": 8192})
    assert resolve_policy(wanted, 256).max_tokens == 256
    assert resolve_policy(wanted.model_copy(update={"max_tokens": 64}), 256).max_tokens == 64


def test_the_published_schema_is_that_of_the_model() -> None:
    published = json.loads(Path("docs/reference/policy.schema.json").read_text("utf-8"))
    assert published == Policy.model_json_schema()
