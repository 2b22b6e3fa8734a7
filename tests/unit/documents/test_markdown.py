from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.documents import assert_blocks_partition, block_texts, parse_markdown, paths, visible

SAMPLE = """\
Before any heading.

# Manual

## Scope

Who is covered
by this.

- first
- second
  - nested

| code | limit |
| ---- | ----- |
| F33  | 5     |

### Detail ###

```python
# no heading
```

Other
-----

> quoted

[link]: https://example.org
"""


def test_headings_become_paths() -> None:
    parsed = parse_markdown(SAMPLE)
    assert parsed.title == "Manual"
    assert block_texts(parsed, "heading") == ["Manual", "Scope", "Detail", "Other"]
    by_text = dict(zip(block_texts(parsed), paths(parsed), strict=True))
    assert by_text["Before any heading."] == ()
    assert by_text["Who is covered\nby this."] == ("Manual", "Scope")
    assert by_text["```python\n# no heading\n```"] == ("Manual", "Scope", "Detail")
    assert by_text["> quoted"] == ("Manual", "Other")


def test_lists_tables_and_code_keep_their_source() -> None:
    parsed = parse_markdown(SAMPLE)
    assert block_texts(parsed, "list_item") == ["- first", "- second\n  - nested"]
    assert block_texts(parsed, "table") == ["| code | limit |\n| ---- | ----- |\n| F33  | 5     |"]
    assert block_texts(parsed, "code") == ["```python\n# no heading\n```"]


def test_lines_that_are_no_block_are_kept_as_paragraphs() -> None:
    assert "[link]: https://example.org" in block_texts(parse_markdown(SAMPLE), "paragraph")


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "#", "[", "*a ", "`a", "[a](", "<b "])
def test_deep_or_endless_syntax_keeps_its_text(mark: str) -> None:
    parsed = parse_markdown(mark * 3000 + "deep")
    assert parsed.text.endswith("deep")


def test_front_matter_is_not_a_heading() -> None:
    parsed = parse_markdown("---\ntitle: Memo\ndate: 2026-03-01\n---\n# Structuring\n\nText.\n")
    assert parsed.title == "Structuring"
    assert block_texts(parsed, "heading") == ["Structuring"]


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12)
MARKS = (
    *("", "", "# ", "### ", "####### ", "- ", "  - ", "* ", "1. ", "> ", "> > ", "    ", "\t"),
    *("```", "~~~ x", "---", "===", "| a | b |", "|---|---|", "<div>", "<!-- ", "-->", "[x]: /u"),
    *("\\# ", "***", "+ ", "&amp; ", "<b>", "![i](u)", "`", "$$", "[^1]: "),
)
starts = st.sampled_from(MARKS)
lines = st.lists(st.tuples(starts, words).map("".join), min_size=1, max_size=12)


@given(lines.map("\n".join))
def test_only_heading_marks_are_left_out(source: str) -> None:
    """What is shown is the source; only ``#``, ``=`` and ``-`` that mark headings are missing."""
    source = "x\n\n" + source
    parsed = parse_markdown(source)
    assert_blocks_partition(parsed)
    shown, rest = visible(parsed.text), iter(visible(source))
    assert all(char in rest for char in shown), "not in the order of the source"
    missing = Counter(visible(source)) - Counter(shown)
    assert set(missing) <= set("#=-")


@given(lines.map("\n".join))
def test_without_headings_everything_is_kept(source: str) -> None:
    plain = "\nx" + source.translate({ord(mark): None for mark in "#=-"})
    parsed = parse_markdown(plain)
    assert visible(parsed.text) == visible(plain)
