import zipfile
from collections.abc import Mapping
from io import BytesIO

import pytest

from catalystindex.documents.parse.kinds import EPUB
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import CorruptDocument, EncryptedDocument
from support.documents import assert_blocks_partition, block_texts, parse, paths
from support.office import real

CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
OPF = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Typologies</dc:title>
<dc:creator>Zoë</dc:creator><dc:creator>Ana</dc:creator><dc:language>de</dc:language>
<dc:date>2020-03-03</dc:date></metadata><manifest>{items}</manifest><spine>{refs}</spine></package>"""
PAGE = (
    '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    "<body>{}</body></html>"
)
METHOD = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><e:EncryptedData '
    'xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="{}"/>'
    "</e:EncryptedData></encryption>"
)


def book(chapters: Mapping[str, str], spine: list[str] | None = None, **more: str) -> bytes:
    """Return a book; ``spine`` names the addresses, in order."""
    order = list(chapters) if spine is None else spine
    items = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(order)
    )
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(order)))
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OPS/book.opf", OPF.format(items=items, refs=refs))
        for name, body in chapters.items():
            archive.writestr(f"OPS/{name}", PAGE.format(body))
        for name, text in more.items():
            archive.writestr(f"META-INF/{name}.xml", text)
    return out.getvalue()


def read(data: bytes) -> ParsedDocument:
    return parse(data, EPUB)


def test_chapters_in_the_order_of_the_spine() -> None:
    chapters = {"b.xhtml": "<h1>Two</h1><p>second</p>", "a.xhtml": "<h1>One</h1><p>first</p>"}
    parsed = read(book(chapters, ["a.xhtml", "b.xhtml"]))
    assert block_texts(parsed) == ["One", "first", "Two", "second"]
    assert paths(parsed)[-1] == ("Two",)
    assert_blocks_partition(parsed)
    facts = parsed.facts
    assert (parsed.title, facts.author, facts.language) == ("Typologies", "Zoë, Ana", "de")
    assert facts.created == "2020-03-03T00:00:00Z"


def test_tables_and_pictures_of_chapters_are_the_books() -> None:
    body = (
        "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><img alt='map'/>"
    )
    parsed = read(book({"a.xhtml": "<p>x</p>", "b.xhtml": body}))
    assert parsed.tables[0].rows == (("a", "b"), ("1", "2"))
    assert parsed.text[parsed.tables[0].start :].startswith("| a | b |")
    assert [one.description for one in parsed.figures] == ["map"]


def test_forms_of_xhtml_hide_nothing() -> None:
    parsed = read(book({"a.xhtml": "<p><a id='x'/>one</p><div/><script/><p><![CDATA[a < b]]></p>"}))
    assert block_texts(parsed) == ["one", "a < b"]


def test_addresses_are_decoded_and_stay_inside() -> None:
    chapters = {"text/one 1.xhtml": "<p>one</p>", "two.xhtml": "<p>two</p>"}
    parsed = read(book(chapters, ["text/one%201.xhtml", "text/../two.xhtml#part"]))
    assert block_texts(parsed) == ["one", "two"]
    with pytest.raises(CorruptDocument):
        read(book({"a.xhtml": "x"}, ["../../../../etc/passwd.html"]))


def test_missing_chapters_are_named_and_a_book_without_any_is_damaged() -> None:
    parsed = read(book({"a.xhtml": "<p>one</p>"}, ["a.xhtml", "gone.xhtml"]))
    assert parsed.text == "one"
    assert parsed.warnings == ("The chapter 'OPS/gone.xhtml' is missing in the book.",)
    for spine in ([], ["gone.xhtml"]):
        with pytest.raises(CorruptDocument):
            read(book({"a.xhtml": "<p>one</p>"}, spine))


def test_a_table_of_contents_outside_the_spine_is_not_doubled() -> None:
    chapters = {"nav.xhtml": "<nav>One</nav>", "a.xhtml": "<h1>One</h1>"}
    assert read(book(chapters, ["a.xhtml"])).text == "One"


def test_a_locked_book_is_refused_and_scrambled_fonts_are_not() -> None:
    chapters = {"a.xhtml": "<p>one</p>"}
    fonts = METHOD.format("http://www.idpf.org/2008/embedding")
    assert read(book(chapters, encryption=fonts)).text == "one"
    locked = METHOD.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(EncryptedDocument):
        read(book(chapters, encryption=locked))
    with pytest.raises(EncryptedDocument):
        read(book(chapters, encryption=fonts, rights="<r/>"))


def test_entities_are_not_expanded() -> None:
    data = book({"a.xhtml": "<p>one</p>"})
    bomb = '<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(BytesIO(data)) as archive:
        opf = archive.read("OPS/book.opf").decode()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            changed = opf.replace("<package", f"{bomb}<package").replace("Typologies", "&b;")
            new.writestr(name, changed if name == "OPS/book.opf" else old.read(name))
    assert "haha" not in (read(out.getvalue()).title or "")


@pytest.mark.parametrize("name", ["META-INF/container.xml", "OPS/book.opf"])
def test_a_book_without_its_tables_is_damaged(name: str) -> None:
    data = book({"a.xhtml": "<p>one</p>"})
    for content in (None, b"", b"<unclosed"):
        out = BytesIO()
        with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for one in old.namelist():
                if one != name or content is not None:
                    new.writestr(
                        one, content if one == name and content is not None else old.read(one)
                    )
        with pytest.raises(CorruptDocument):
            read(out.getvalue())


def test_the_real_book() -> None:
    parsed = read(real("test.epub"))
    assert parsed.title == "Test EPUB Document"
    assert "Chapter 2: More Content" in block_texts(parsed, "heading")
    assert parsed.text.endswith("This is a blockquote for testing.")
