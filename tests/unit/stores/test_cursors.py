"""Cursors: what we made comes back; anything else is the caller's mistake, said as such."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from catalystindex.model.errors import CatalystError, InvalidRequest
from catalystindex.model.knowledge_base import KnowledgeBase
from catalystindex.stores.records import chunks, documents, knowledge_bases
from catalystindex.stores.records.cursors import MAX_CURSOR_CHARS, decode_cursor, encode_cursor
from catalystindex.stores.records.documents import DocumentQuery
from catalystindex.stores.records.engine import Records
from support.stores import ANA, seed_document


def raw(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


BAD = {
    "empty": "",
    "blank": " ",
    "no base64": "%%%",
    "no ascii": "é",
    "no json": raw("x"),
    "no utf-8": raw(b"\xff\xfe\xfd"),
    "number": raw("5"),
    "object": raw("{}"),
    "null": raw("null"),
    "no parts": raw("[]"),
    "three parts": raw('["a","b","c"]'),
    "numbers": raw("[1,2]"),
    "nulls": raw("[null,null]"),
    "lists": raw("[[],[]]"),
    "deep": raw("[" * 1530),
    "long": raw("[" + '"a",' * 1000 + '"b"]'),
    "huge": "A" * 100_000,
    "nul": raw('["\\u0000"]'),
    "nuls": raw('["a\\u0000","b"]'),
    "surrogate": raw('["\\ud800"]'),
    "surrogates": raw('["\\ud800","\\udfff"]'),
}


STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@given(st.lists(STORABLE, min_size=1, max_size=3))
def test_a_sort_key_survives_its_cursor(key: list[str]) -> None:
    cursor = encode_cursor(*key)
    assert decode_cursor(cursor, len(key)) == tuple(key)
    assert cursor.isascii()
    assert "=" not in cursor


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("cursor", BAD.values(), ids=BAD.keys())
def test_a_cursor_we_did_not_make_is_an_invalid_request(cursor: str, parts: int) -> None:
    with pytest.raises(InvalidRequest) as caught:
        decode_cursor(cursor, parts)
    assert caught.value.context == {"field": "cursor"}


def test_a_cursor_beyond_the_bound_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        decode_cursor(encode_cursor("x" * MAX_CURSOR_CHARS), 1)


@given(st.text(max_size=60), st.integers(1, 2))
def test_no_text_crashes_the_decoder(text: str, parts: int) -> None:
    try:
        key = decode_cursor(text, parts)
    except CatalystError:
        return
    assert len(key) == parts
    "".join(key).encode("utf-8")


class TestListings:
    @staticmethod
    def list_all(connection: Connection, listing: str, kb: KnowledgeBase, cursor: str) -> None:
        if listing == "knowledge bases":
            knowledge_bases.page(connection, ANA, cursor=cursor, limit=5)
        elif listing == "documents":
            documents.page(connection, ANA, DocumentQuery(kb.id, cursor=cursor))
        else:
            chunks.page(connection, ANA, "doc", cursor=cursor, limit=5)

    @pytest.mark.parametrize("listing", ["knowledge bases", "documents", "chunks"])
    @pytest.mark.parametrize("cursor", BAD.values(), ids=BAD.keys())
    def test_every_listing_refuses_a_bad_cursor(
        self, records: Records, kb: KnowledgeBase, listing: str, cursor: str
    ) -> None:
        seed_document(records, kb)
        with records.read() as connection, pytest.raises(InvalidRequest):
            self.list_all(connection, listing, kb, cursor)

    @pytest.mark.parametrize("ordinal", ["x", "", "-1", "1.5", " 1", "9" * 30, "²"])
    def test_a_listing_of_chunks_refuses_a_cursor_that_is_no_place(
        self, records: Records, ordinal: str
    ) -> None:
        """Taken for a place it would silently skip chunks, or overflow in the database."""
        with records.read() as connection, pytest.raises(InvalidRequest):
            chunks.page(connection, ANA, "doc", cursor=encode_cursor(ordinal), limit=5)
