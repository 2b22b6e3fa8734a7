"""Scopes: only names we know grant anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.errors import Forbidden
from catalystindex.security.scopes import ALL_SCOPES, Scope, format_scopes, parse_scopes
from catalystindex.security.tokens import Principal
from support.stores import ANA


@given(st.frozensets(st.sampled_from(Scope)))
def test_scopes_survive_their_text_form(scopes: frozenset[Scope]) -> None:
    assert parse_scopes(format_scopes(scopes)) == scopes


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "admin",
        "*",
        "SEARCH",
        "search,audit:read",
        "documents",
        "documents:*",
        "search\0",
        "ALL_SCOPES",
        "Scope.SEARCH",
    ],
)
def test_names_we_do_not_know_grant_nothing(text: str) -> None:
    assert parse_scopes(text) == frozenset()


@given(st.text())
def test_no_text_grants_more_than_the_names_in_it(text: str) -> None:
    assert parse_scopes(text) == {scope for scope in Scope if scope.value in text.split()}


def test_unknown_names_do_not_spoil_the_known_ones() -> None:
    assert parse_scopes("future:thing search") == {Scope.SEARCH}


@pytest.mark.parametrize("scope", list(Scope))
def test_a_principal_may_do_exactly_what_its_token_carries(scope: Scope) -> None:
    Principal(ANA, frozenset({scope}), "t").require(scope)
    with pytest.raises(Forbidden) as caught:
        Principal(ANA, ALL_SCOPES - {scope}, "t").require(scope)
    assert caught.value.context == {"scope": scope.value}
