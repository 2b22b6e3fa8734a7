"""The error tree: what clients switch on never changes by accident."""

from collections.abc import Iterator

import pytest

from catalystindex.model.errors import (
    CatalystError,
    DocumentNotFound,
    Forbidden,
    InvalidToken,
    all_error_types,
    error_from_code,
)

STATUS_OF_CODE = {
    "audit.broken": 500,
    "auth.forbidden": 403,
    "auth.invalid_token": 401,
    "auth.unauthenticated": 401,
    "configuration.dependency_missing": 500,
    "configuration.invalid": 500,
    "document.corrupt": 422,
    "document.encrypted": 422,
    "document.no_text": 422,
    "document.not_found": 404,
    "document.processing_failed": 500,
    "document.too_large": 413,
    "document.unsupported_media": 415,
    "document.unusable": 422,
    "internal": 500,
    "knowledge_base.exists": 409,
    "knowledge_base.not_found": 404,
    "owner.locked": 409,
    "request.invalid": 422,
    "request.too_large": 413,
    "resource.conflict": 409,
    "resource.not_found": 404,
    "service.unavailable": 503,
}
"""Frozen: a code or status that changes here breaks clients. New codes are added."""


def classes_of(kind: type[CatalystError]) -> Iterator[type[CatalystError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from classes_of(child)


TREE = sorted(set(classes_of(CatalystError)), key=lambda kind: kind.__name__)


def test_no_two_classes_share_a_code() -> None:
    codes = [kind.code for kind in TREE]
    assert len(codes) == len(set(codes))


def test_codes_and_statuses_are_the_published_ones() -> None:
    found = {kind.code: kind.status for kind in TREE}
    assert {code: found.get(code) for code in STATUS_OF_CODE} == STATUS_OF_CODE


def test_all_error_types_lists_the_whole_tree_by_code() -> None:
    listed = all_error_types()
    assert set(listed) == set(TREE)
    assert [kind.code for kind in listed] == sorted(kind.code for kind in TREE)


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.code)
class TestEveryClass:
    def test_has_a_docstring_a_title_and_a_code_of_its_own(self, kind: type[CatalystError]) -> None:
        assert kind.__dict__.get("__doc__")
        assert kind.__dict__.get("title")
        assert kind.__dict__.get("code")

    def test_names_its_problem_with_a_urn(self, kind: type[CatalystError]) -> None:
        assert kind().type_uri == f"urn:catalystindex:problem:{kind.code}"

    def test_has_an_error_status_and_a_failing_exit_code(self, kind: type[CatalystError]) -> None:
        assert 400 <= kind.status < 600
        assert 1 <= kind.exit_code < 126

    def test_comes_back_from_its_code_with_detail_and_context(
        self, kind: type[CatalystError]
    ) -> None:
        sent = kind("This one failed.", field="x", count=3, empty=None)
        back = error_from_code(sent.code, sent.detail, sent.context)
        assert type(back) is kind
        assert (back.detail, back.context) == (sent.detail, sent.context)


def test_an_unknown_code_becomes_the_root_and_keeps_what_was_said() -> None:
    back = error_from_code("of.a.newer.server", "It said no.", {"why": "new"})
    assert type(back) is CatalystError
    assert (back.detail, back.context) == ("It said no.", {"why": "new"})


def test_the_title_serves_where_there_is_no_detail() -> None:
    assert str(DocumentNotFound()) == DocumentNotFound.title


def test_the_context_of_one_error_does_not_leak_into_another() -> None:
    error_from_code("internal", "first", {"a": 1})
    assert error_from_code("internal", "second", {}).context == {}


def test_authentication_errors_tell_the_client_how_to_authenticate() -> None:
    assert 'error="invalid_token"' in InvalidToken.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in Forbidden.headers["WWW-Authenticate"]
