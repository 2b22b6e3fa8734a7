"""Addresses as people may see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.acquire.words import SHOWN, shown_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a?X-Amz-Signature=geheim#frag", "https://example.com/a"),
        ("https://ana:geheim@example.com:8443/a", "https://example.com:8443/a"),
        ("http://[::1]:8080/a?geheim", "http://[::1]:8080/a"),
        ("http://[::1?geheim", "(not a valid address)"),
        ("http://exa\x00mple/geheim", "(not a valid address)"),
    ],
)
def test_what_may_be_secret_is_left_out(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@given(st.text(max_size=2000))
def test_whatever_comes_it_is_short_and_has_no_query(text: str) -> None:
    shown = shown_url(f"https://example.com/{text}?geheim")
    assert len(shown) <= SHOWN
    assert "?geheim" not in shown
