import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.parse.kinds import HTML
from catalystindex.model.errors import DocumentWithoutText
from support.documents import (
    assert_blocks_partition,
    block_texts,
    parse,
    parse_html,
    paths,
    visible,
)

PAGE = """\
<!doctype html>
<html><head><title> Monitoring
 procedure </title><style>p { color: red }</style><script>let x = 1</script></head>
<body><!-- a comment -->
<h1>Procedure</h1><p>First
 paragraph.</p>
<section><h2>Alerts</h2>
loose text <b>in bold</b>
<ul><li>one</li><li>two</li></ul>
<dl><dt>term</dt><dd>meaning</dd></dl>
<pre>  code
    indented</pre>
<table><caption>Limits</caption><tr><th>code</th><th>limit</th></tr>
<tr><td>a|b</td><td>5</td></tr></table></section>
<h2>Cases</h2><blockquote>quoted</blockquote>
</body></html>
"""


def test_title_headings_and_paths() -> None:
    parsed = parse_html(PAGE)
    assert parsed.title == "Monitoring procedure"
    assert block_texts(parsed, "heading") == ["Procedure", "Alerts", "Cases"]
    by_text = dict(zip(block_texts(parsed), paths(parsed), strict=True))
    assert by_text["First paragraph."] == ("Procedure",)
    assert by_text["loose text in bold"] == ("Procedure", "Alerts")
    assert by_text["quoted"] == ("Procedure", "Cases")
    assert_blocks_partition(parsed)


def test_lists_code_and_tables() -> None:
    parsed = parse_html(PAGE)
    assert block_texts(parsed, "list_item") == ["one", "two"]
    assert block_texts(parsed, "code") == ["code\n    indented"]
    assert block_texts(parsed, "table") == ["| code | limit |\n| --- | --- |\n| a\\|b | 5 |"]
    assert block_texts(parsed, "caption") == ["Limits"]


def test_scripts_styles_and_comments_are_no_text() -> None:
    text = parse_html(PAGE).text
    assert "color" not in text
    assert "let x" not in text
    assert "a comment" not in text


def test_without_a_title_the_first_heading_names_the_document() -> None:
    assert parse_html("<p>x</p><h2>Cash <i>deposits</i></h2>").title == "Cash deposits"


def test_entities_are_characters() -> None:
    assert parse_html("<p>a &amp; b &#128512; &eacute;</p>").text == "a & b \N{GRINNING FACE} é"


def test_a_line_break_in_loose_text_is_kept() -> None:
    assert parse_html("one<br>two").text == "one\ntwo"


def test_a_line_break_inside_inline_markup_separates_words() -> None:
    assert parse_html("<span>one<br>two</span>").text.split() == ["one", "two"]


def test_inline_markup_changes_no_character() -> None:
    parsed = parse_html("<p>See <a href='#'>the policy</a>, and H<sub>2</sub>O.</p>")
    assert parsed.text == "See the policy, and H2O."


@pytest.mark.parametrize("wrapper", ["a", "span", "font", "custom-card"])
def test_blocks_inside_inline_elements_stay_blocks(wrapper: str) -> None:
    parsed = parse_html(f"<{wrapper}><h2>Title</h2><p>text</p></{wrapper}>")
    assert block_texts(parsed, "heading") == ["Title"]
    assert block_texts(parsed, "paragraph") == ["text"]


def test_a_layout_table_keeps_headings_and_separates_cells() -> None:
    inner = "<table><tr><td>code</td><td>F33</td></tr></table>"
    parsed = parse_html(f"<table><tr><td><h1>Top</h1>{inner}</td><td>right</td></tr></table>")
    assert block_texts(parsed, "heading") == ["Top"]
    assert {"code", "F33", "right"} <= set(parsed.text.replace("|", " ").split())


@pytest.mark.parametrize(
    "opening",
    ["<div>", "<ul><li>", "<blockquote>", "<b>", "<table><tr><td>", "<section><p>"],
)
def test_deep_nesting_keeps_its_text(opening: str) -> None:
    parsed = parse_html(opening * 5000 + "deep")
    assert parsed.text == "deep"


def test_a_huge_table_is_one_table() -> None:
    rows = "".join(f"<tr><td>{n}</td><td>{n * n}</td></tr>" for n in range(10_000))
    parsed = parse_html(f"<table>{rows}</table>")
    (table,) = block_texts(parsed, "table")
    assert table.count("\n") == 10_000
    assert table.endswith("| 9999 | 99980001 |")


def test_a_page_of_scripts_holds_no_text() -> None:
    with pytest.raises(DocumentWithoutText):
        parse("<html><body><script>x</script></body></html>", HTML)


def test_windows_bytes_with_a_declared_charset_are_read_by_it() -> None:
    page = (
        '<html><head><meta charset="windows-1251"></head><body><p>Банк «Восток»</p></body></html>'
    )
    assert parse(page.encode("cp1251"), HTML).text == "Банк «Восток»"


letters = st.text("abcdefghijkl éß漢😀", min_size=1, max_size=8)
inline = st.sampled_from(["b", "i", "span", "a", "em", "code"])
block = st.sampled_from(["div", "p", "li", "section", "h1", "h3", "blockquote", "dd", "article"])


def wrapped(tag: str, content: str) -> str:
    return f"<{tag}>{content}</{tag}>"


inlines = st.builds(wrapped, inline, letters) | letters
trees = st.recursive(
    st.builds(wrapped, block, st.lists(inlines, min_size=1, max_size=3).map("".join)) | letters,
    lambda inner: st.builds(
        wrapped,
        st.sampled_from(["div", "section", "ul", "blockquote", "li", "article"]),
        st.lists(inner, min_size=1, max_size=4).map("".join),
    ),
    max_leaves=12,
)


@given(trees)
def test_every_visible_character_is_kept_in_order(tree: str) -> None:
    parsed = parse_html(f"<meta charset=utf-8><p>x</p>{tree}")
    assert_blocks_partition(parsed)
    source = tree
    while "<" in source:
        source = source[: source.index("<")] + source[source.index(">") + 1 :]
    assert visible(parsed.text) == "x" + visible(source)
