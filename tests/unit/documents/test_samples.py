"""The documents that come with the product, and real ones where they are at hand."""

import os
import tomllib
from pathlib import Path

import pytest

from catalystindex.documents.chunk.chunker import chunk_document
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.embedding.tokens import ModelTokenizer
from catalystindex.model.errors import DocumentError
from support.documents import (
    ROOT,
    SAMPLES,
    assert_blocks_partition,
    block_texts,
    parse,
    sample_bytes,
    visible,
)

MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))["document"]
TITLES = {one["path"]: one["title"] for one in MANIFEST}
REAL = Path(os.environ.get("CATALYST_BENCH_DATA", ROOT.parent / "shared" / "data")) / "documents"


def parsed_sample(path: str) -> ParsedDocument:
    data = sample_bytes(path)
    return parse(data, detect_media_type(data, path, None))


@pytest.mark.parametrize("path", sorted(TITLES))
def test_a_sample_is_read_whole(path: str) -> None:
    parsed = parsed_sample(path)
    assert_blocks_partition(parsed)
    assert (parsed.pages is not None) == path.endswith(".pdf")
    assert "\N{REPLACEMENT CHARACTER}" not in parsed.text


@pytest.mark.parametrize("path", [path for path in sorted(TITLES) if not path.endswith(".txt")])
def test_a_sample_is_named_by_its_title_and_has_sections(path: str) -> None:
    parsed = parsed_sample(path)
    assert parsed.title is not None
    assert TITLES[path] in parsed.title
    headings = block_texts(parsed, "heading")
    assert headings[0] == TITLES[path]
    assert len(headings) >= 3
    assert len({block.heading_path for block in parsed.blocks if len(block.heading_path) > 1}) >= 2


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_headings_of_a_built_sample_are_those_of_its_source(kind: str) -> None:
    for source in sorted((SAMPLES / "sources").glob(f"*.{kind}.md")):
        base, name, *_ = source.name.split(".")
        marked = [line for line in source.read_text("ascii").splitlines() if line.startswith("#")]
        wanted = [visible(line.lstrip("#")) for line in marked]
        parsed = parsed_sample(f"{base}/{name}.{kind}")
        assert [visible(text) for text in block_texts(parsed, "heading")] == wanted


def test_real_documents_give_chunks_or_a_typed_error(tokenizer: ModelTokenizer) -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real documents at {REAL}: set CATALYST_BENCH_DATA to the data folder")
    outcomes: dict[str, str] = {}
    for path in sorted(path for path in REAL.rglob("*") if path.is_file()):
        try:
            data = path.read_bytes()
            kind = detect_media_type(data, path.name, None)
            parsed = parse(data, kind)
        except DocumentError as error:
            outcomes[path.name] = error.code
            continue
        assert_blocks_partition(parsed)
        drafts = chunk_document(parsed, parsed.title or path.stem, default_policy(256), tokenizer)
        assert max(draft.tokens for draft in drafts) <= 256
        paged = parsed.pages is not None
        assert all((draft.first_page is not None) == paged for draft in drafts)
        outcomes[path.name] = "read"
    assert outcomes.get("password-example.pdf", "document.encrypted") == "document.encrypted"
    assert outcomes.get("pdf_scanned_invoice.pdf", "document.no_text") == "document.no_text"
    assert list(outcomes.values()).count("read") >= len(outcomes) // 2
