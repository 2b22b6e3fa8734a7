import pytest

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.kinds import MARKDOWN, PLAIN, SUPPORTED
from catalystindex.documents.parse.registry import PARSERS, parse_document
from catalystindex.model.errors import DocumentTooLarge, DocumentWithoutText, UnsupportedMedia
from support.documents import LIMITS


def test_every_supported_kind_has_a_parser() -> None:
    assert set(PARSERS) == set(SUPPORTED)


def test_a_kind_without_a_parser_is_refused() -> None:
    with pytest.raises(UnsupportedMedia):
        parse_document(b"x", "image/png", LIMITS)


def test_blank_text_is_no_text() -> None:
    with pytest.raises(DocumentWithoutText):
        parse_document(b"\xef\xbb\xbf \n\t\x07 ", PLAIN, LIMITS)


@pytest.mark.parametrize("media_type", [PLAIN, MARKDOWN])
def test_text_is_refused_rather_than_cut_at_the_limit(media_type: str) -> None:
    limits = LimitsSettings(max_text_chars=1000)
    assert len(parse_document(b"a" * 1000, media_type, limits).text) == 1000
    with pytest.raises(DocumentTooLarge) as refused:
        parse_document(b"a" * 1001, media_type, limits)
    assert refused.value.context["limit"] == 1000


@pytest.mark.parametrize("media_type", SUPPORTED)
def test_every_parser_says_which_kind_it_read(media_type: str) -> None:
    from support.documents import lines, pdf_bytes, simple_docx

    data = {"pdf": pdf_bytes(lines("word")), "document": simple_docx("word")}
    parsed = parse_document(data.get(media_type[-8:].split("/")[-1], b"word"), media_type, LIMITS)
    assert parsed.media_type == media_type
    assert parsed.text == "word"
