"""Headers of answers: names that are safe, waits that are bounded, conditions that are sound."""

from datetime import timedelta
from email.utils import format_datetime
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.acquire.base import Validators
from catalystindex.documents.acquire.headers import (
    MAX_NAME,
    MAX_WAIT,
    conditions,
    disposition_name,
    media_type,
    path_name,
    retry_after,
    safe_name,
    validators,
)
from support.stores import NOON

names = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters='/\\"'), min_size=1
).filter(lambda text: text.strip() not in (".", "..") and len(text.encode()) <= MAX_NAME)


class TestRetryAfter:
    @given(st.integers(0, 10**12 - 1))
    def test_seconds_are_taken_up_to_an_hour(self, seconds: int) -> None:
        assert retry_after(f" {seconds} ", NOON) == min(seconds, MAX_WAIT)

    @given(st.timedeltas(timedelta(days=-365), timedelta(days=365)))
    def test_a_date_is_the_time_until_then(self, distance: timedelta) -> None:
        moment = (NOON + distance).replace(microsecond=0)
        wait = retry_after(format_datetime(moment, usegmt=True), NOON)
        assert wait == min(max((moment - NOON).total_seconds(), 0), MAX_WAIT)

    @pytest.mark.parametrize(
        "form",
        ["Sunday, 01-Mar-26 12:00:30 GMT", "Sun Mar  1 12:00:30 2026",
         "Sun, 01 Mar 2026 12:00:30 GMT"],
    )  # fmt: skip
    def test_every_form_of_a_date_is_read(self, form: str) -> None:
        assert retry_after(form, NOON) == 30

    @given(st.text())
    def test_whatever_it_says_the_wait_is_bounded(self, text: str) -> None:
        wait = retry_after(text, NOON)
        assert wait is None or 0 <= wait <= MAX_WAIT

    @pytest.mark.parametrize("text", [None, "", "-1", "1.5", "soon", "١٢", "1e3"])
    def test_what_is_neither_is_nothing(self, text: str | None) -> None:
        assert retry_after(text, NOON) is None


class TestFileNames:
    @pytest.mark.parametrize(
        ("value", "name"),
        [
            ('attachment; filename="report 1.pdf"', "report 1.pdf"),
            ("attachment; filename=report.pdf", "report.pdf"),
            ('inline;FILENAME = "a\\"b.pdf"', 'a"b.pdf'),
            ("attachment; filename*=UTF-8''%e2%82%ac%20rates.pdf", "€ rates.pdf"),
            ("attachment; filename=\"x.pdf\"; filename*=utf-8'de'%C3%BC.pdf", "ü.pdf"),
            ("attachment; filename*=iso-8859-1''%fc.pdf; filename=x.pdf", "ü.pdf"),
            ("attachment; filename*=utf-8''%ff.pdf; filename=x.pdf", "x.pdf"),
            ("attachment; filename*=koi8-r''%ff.pdf; filename=x.pdf", "x.pdf"),
            ('attachment; filename="../../etc/passwd"', "passwd"),
            ('attachment; filename="C:\\\\dir\\\\x.doc"', "x.doc"),
            ("attachment; filename*=utf-8''..%2f..%2fx.pdf", "x.pdf"),
            ('attachment; filename="a\x00\r\nb.pdf"', "ab.pdf"),
            ('attachment; filename=".."', None),
            ('attachment; filename=""', None),
            ("attachment", None),
            ("", None),
            (None, None),
            ('attachment; filename="a;b.pdf"; x=y', "a;b.pdf"),
        ],
    )
    def test_the_name_is_the_one_that_was_given_without_its_path(
        self, value: str | None, name: str | None
    ) -> None:
        assert disposition_name(value) == name

    @given(names)
    def test_a_name_is_read_as_it_was_written(self, name: str) -> None:
        wanted = safe_name(name)
        assert disposition_name(f"attachment; filename*=UTF-8''{quote(name, safe='')}") == wanted
        assert disposition_name(f'attachment; filename="{name}"') == wanted

    @given(st.text())
    def test_whatever_comes_the_name_is_safe(self, text: str) -> None:
        for value in (text, f'attachment; filename="{text}"', f"attachment; filename*={text}"):
            name = disposition_name(value)
            if name is not None:
                assert not set(name) & set("/\\\0\r\n")
                assert name not in ("", ".", "..")
                assert len(name.encode()) <= MAX_NAME

    @given(st.text(min_size=1))
    def test_names_are_made_safe_once(self, text: str) -> None:
        name = safe_name(text)
        assert name is None or safe_name(name) == name

    def test_a_long_name_keeps_its_ending(self) -> None:
        name = safe_name("ü" * 400 + ".pdf")
        assert name is not None
        assert name.endswith("ü.pdf")
        assert len(name.encode()) <= MAX_NAME

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://example.com/a/b%20c.pdf?x=y.z", "b c.pdf"),
            ("https://example.com/a/", "a"),
            ("https://example.com", "example.com"),
            ("https://example.com/%2e%2e", "example.com"),
            ("https://example.com/a%2f..%2fx.pdf", "x.pdf"),
        ],
    )
    def test_without_a_header_the_address_tells_the_name(self, url: str, name: str) -> None:
        assert path_name(httpx.URL(url)) == name


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            ("text/HTML; charset=utf-8", "text/html"),
            ("application/pdf", "application/pdf"),
            ("application/octet-stream", None),
            ("binary/octet-stream", None),
            ("nonsense", None),
            ("text/" + "x" * 200, None),
            (None, None),
        ],
    )
    def test_a_type_is_taken_if_it_says_something(
        self, value: str | None, kind: str | None
    ) -> None:
        assert media_type(value) == kind


class TestConditions:
    def test_what_the_answer_had_is_what_the_next_request_asks_with(self) -> None:
        date = "Wed, 21 Oct 2015 07:28:00 GMT"
        known = validators(httpx.Headers({"ETag": 'W/"x"', "Last-Modified": date}))
        assert known == Validators('W/"x"', date)
        assert conditions(known) == {"If-None-Match": 'W/"x"', "If-Modified-Since": date}

    @pytest.mark.parametrize("tag", ["x", '"x', '"a"b"', '"a b"', '"ü"', '"' + "x" * 1025 + '"'])
    def test_tags_that_are_none_are_forgotten(self, tag: str) -> None:
        assert validators(httpx.Headers([(b"ETag", tag.encode())])) is None

    def test_without_any_the_request_is_unconditional(self) -> None:
        assert validators(httpx.Headers({})) is None
        assert conditions(None) == conditions(Validators()) == {}
