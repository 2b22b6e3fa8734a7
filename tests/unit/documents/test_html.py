import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

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
from support.office import real

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


# --- what a reader sees, and what a page says of itself -------------------------


def test_what_the_page_hides_is_left_out_and_told() -> None:
    page = (
        '<p>seen</p><div hidden>h1<p style="x:y; DISPLAY : none">h2</div><p aria-hidden=true>a</p>'
    )
    parsed = parse_html(page)
    assert parsed.text == "seen\n\na"
    assert parsed.warnings == ("Text that the page hides was left out.",)
    assert parse_html('<p style="display:block">a<span hidden></span>').warnings == ()


def test_pictures_have_their_words_and_captions() -> None:
    page = '<figure><img alt="Flow of funds"><figcaption>Figure 1</figcaption></figure><img alt="">'
    parsed = parse_html(page)
    assert block_texts(parsed) == ["Flow of funds", "Figure 1"]
    assert block_texts(parsed, "caption") == ["Figure 1"]
    (figure,) = parsed.figures
    assert (figure.caption, figure.description) == ("Figure 1", "Flow of funds")
    assert parse_html("<svg><title>t</title><text>Q1</text><text>5%</text></svg>").text == "Q1 5%"


def test_what_form_fields_show_is_text() -> None:
    page = """<form>Name <input value="Zoë"><input type=hidden value=token>
    <input type=checkbox checked> PEP <input type=radio> other
    <select><option>DE<option selected>FR</select><select><option>one<option>two</select>
    <textarea>two
lines</textarea><input type=submit value="Send"></form>"""
    assert parse_html(page).text == "Name Zoë [x] PEP [ ] other FR one two\nlines Send"


def test_cells_that_span_count_where_they_begin() -> None:
    page = """<table><thead><tr><th rowspan=2>Bank<th colspan=2>Limits<tr><th>day<th>month</thead>
    <tr><td>A<td>5<td>9<tr><td colspan=2>B<td rowspan=9>1<tr><td>C</table>"""
    (table,) = parse_html(page).tables
    assert table.rows == (
        ("Bank", "Limits", ""),
        ("", "day", "month"),
        ("A", "5", "9"),
        ("B", "", "1"),
        ("C", "", ""),
    )
    assert table.header_rows == 2


def test_spans_that_claim_millions_of_cells_are_passed_over() -> None:
    row = "<tr><td rowspan=65534 colspan=1000>x</td><td>y</td></tr>"
    (table,) = parse_html(f"<table>{row * 3_000}</table>").tables
    assert table.rows[2_999] == ("x", "y")


def test_a_table_without_header_cells_has_no_header_row() -> None:
    (table,) = parse_html("<table><tr><td>a<td>b<tr><td>c<td>d</table>").tables
    assert table.header_rows == 0


def test_a_table_of_one_column_is_layout() -> None:
    parsed = parse_html("<table><tr><td><p>one</p><p>two</p></td></tr></table>")
    assert block_texts(parsed, "paragraph") == ["one", "two"]


def test_links_in_a_row_are_words_of_their_own() -> None:
    assert parse_html("<nav><a>Docs</a><a>Blog</a></nav>").text == "Docs Blog"


def test_menus_details_and_footers_are_kept() -> None:
    page = "<nav>Menu</nav><details><summary>More</summary>inside</details><footer>Imprint</footer>"
    assert block_texts(parse_html(page)) == ["Menu", "More", "inside", "Imprint"]


def test_facts() -> None:
    page = """<html lang="de-AT"><meta name=author content="Zoë"><meta name=subject content=Cash>
    <meta property="article:published_time" content="2020-03-03T10:00:00+01:00">
    <meta property="article:modified_time" content="soon"><p>x"""
    facts = parse_html(page).facts
    assert (facts.author, facts.language, facts.subject) == ("Zoë", "de-AT", "Cash")
    assert (facts.created, facts.modified) == ("2020-03-03T09:00:00Z", None)


@pytest.mark.parametrize(
    ("page", "encoding"),
    [
        ('<meta charset="iso-8859-2"><p>Wpłata', "iso-8859-2"),
        ('<meta http-equiv=x content="text/html; charset=shift_jis"><p>送金 Wpata', "cp932"),
        ('<?xml version="1.0" encoding="koi8-r"?><html><body><p>Банк</p></body></html>', "koi8-r"),
        ('<meta charset="iso-2022-jp"><p>送金', "iso2022_jp"),
        ('<meta charset="iso-8859-1"><p>Grüße', "utf-8"),
        ('<meta charset="utf-16"><p>caf\xe9 au lait', "cp1252"),
        ('<meta charset="nonsense"><p>Grüße aus Köln', "cp1252"),
    ],
)
def test_the_declared_encoding_counts_where_the_bytes_are_not_unicode(
    page: str, encoding: str
) -> None:
    assert parse(page.encode(encoding), HTML).text == page.rpartition("<p>")[2].partition("<")[0]


def test_xhtml_that_closes_its_title_at_once_hides_nothing() -> None:
    page = '<?xml version="1.0"?><html><head><title/></head><body><p>a<br/>b</p></body></html>'
    assert parse_html(page).text == "a\nb"


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 300_000,
        "".join(f"<p><b id={n}>" for n in range(20_000)),
        "<svg><td>" * 30_000 + "</svg>" * 600,
        "<svg><object>" * 30_000,
        "<svg><p>" + "<path/>" * 50_000,
        "<div><table></div></table>" * 30_000,
        "<rt>" * 50_000,
        "<select>" + "<option>x" * 100_000 + "</select>",
        "<optgroup>" * 50_000,
        "<!-- --!>" + "<div>" * 50_000,
        '<a b="' * 30_000 + '">',
        "<![CDATA[>" + "<div>" * 50_000,
    ],
    ids=lambda markup: markup[:20],
)
def test_markup_that_would_take_forever_is_read_in_time(markup: str) -> None:
    began = time.monotonic()
    parsed = parse_html(f"<p>first</p>{markup}last")
    assert parsed.text.startswith("first")
    assert time.monotonic() - began < 5


def test_depth_of_many_levels_keeps_blocks_apart() -> None:
    parsed = parse_html("<div>" * 400 + "<p>one</p><p>two</p>" + "</div>" * 400 + "<p>three")
    assert block_texts(parsed) == ["one", "two", "three"]


@pytest.mark.parametrize("name", ["test_blog.html", "test_wikipedia.html"])
def test_no_text_of_a_real_page_is_lost(name: str) -> None:
    data = real(name)
    tree = LexborHTMLParser(data.decode())
    tree.strip_tags(["script", "style", "noscript", "template", "head"])
    assert tree.body is not None
    nodes = [node for node in tree.body.traverse(include_text=True) if node.tag == "-text"]
    found = visible(parse(data, HTML).text).replace("\\|", "|")
    lost = [node for node in nodes if visible(node.text()) not in found]
    assert [node.text() for node in lost if not is_hidden(node)] == []


def is_hidden(node: LexborNode | None) -> bool:
    while node is not None:
        style = (node.attributes.get("style") or "").replace(" ", "")
        if "display:none" in style or "hidden" in node.attributes:
            return True
        node = node.parent
    return False
