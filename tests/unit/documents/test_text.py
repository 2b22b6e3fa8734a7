import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.parse.text import decode
from catalystindex.model.errors import CorruptDocument
from support.documents import assert_blocks_partition, block_texts, parse, visible

TEXT = "Größe: 5 µm, 漢字, 😀"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_read(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(("mark", "encoding"), [("fffe", "utf-16-le"), ("feff", "utf-16-be")])
def test_the_byte_order_mark_decides_the_byte_order(mark: str, encoding: str) -> None:
    assert decode(bytes.fromhex(mark) + TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "Größere Überweisungen über die Filiale wurden geprüft; die Behörde erhält eine Meldung.",
        "Les virements importants ont été signalés à l'autorité compétente après vérification.",
        "El señor Muñoz pagó mañana en la oficina según el informe del año pasado.",
    ],
    ids=["german", "french", "spanish"],
)
def test_western_european_bytes_keep_their_accents(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_a_short_latin_word_does_not_become_another_script() -> None:
    assert decode("café".encode("latin-1")) == "café"


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf\xff text", b"\xff\xfeabc", b"\xff\xfe\x00\xd8a\x00"]
)
def test_bytes_that_break_the_promise_of_their_mark_are_damaged(data: bytes) -> None:
    with pytest.raises(CorruptDocument):
        decode(data)


def test_line_ends_become_unix_and_form_feeds_end_paragraphs() -> None:
    assert decode(b"a\r\nb\rc\nd\fe") == "a\nb\nc\nd\n\ne"


def test_control_characters_are_dropped_and_tabs_kept() -> None:
    assert decode(b"a\x07b\x1b[0m\x00c\td\x7f") == "ab[0mc\td"


def test_paragraphs_are_what_stands_between_blank_lines() -> None:
    parsed = parse("one\ntwo\n \t\n\n  three  \n\n\n")
    assert block_texts(parsed, "paragraph") == ["one\ntwo", "three"]
    assert parsed.title is None
    assert parsed.pages is None


no_controls = st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\t ")


@given(st.text(no_controls, min_size=1, max_size=300).filter(lambda t: t.strip()))
def test_every_visible_character_is_kept_in_order(text: str) -> None:
    parsed = parse("\n" + text)  # the line end keeps a leading U+FEFF from being a mark
    assert visible(parsed.text) == visible(text)
    assert_blocks_partition(parsed)


@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_decode_or_are_called_damaged(data: bytes) -> None:
    try:
        text = decode(data)
    except CorruptDocument:
        return
    text.encode()
    assert not set(text) & {"\x00", "\x07", "\r", "\x7f"}
