"""The access table and the routes are the same list."""

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from catalystindex.api.access import SCOPES, VERSION_PREFIX, GuardedRoute, scope_of
from catalystindex.api.app import FAMILIES, routed_app
from catalystindex.security.scopes import Scope


def routes() -> list[APIRoute]:
    found = [route for family in FAMILIES for route in family.router.routes]
    assert all(isinstance(route, APIRoute) for route in found), "nothing else can be guarded"
    return [route for route in found if isinstance(route, APIRoute)]


def test_every_route_has_an_entry_and_every_entry_has_a_route() -> None:
    served = [(method, route.path) for route in routes() for method in route.methods or ()]
    assert sorted(served) == sorted(SCOPES)


def test_every_route_is_a_guarded_one() -> None:
    assert {type(route) for route in routes()} == {GuardedRoute}


def test_every_route_is_described_under_the_version_prefix_but_those_for_workers() -> None:
    paths = routed_app().openapi()["paths"]
    described = {
        (method.upper(), path.removeprefix(VERSION_PREFIX))
        for path, operations in paths.items()
        for method in operations
    }
    assert described == {route for route, scope in SCOPES.items() if scope is not Scope.WORK}
    assert all(path.startswith(f"{VERSION_PREFIX}/") for path in paths)


@pytest.mark.parametrize("path", ["/secrets", "/documents/{document_id}/secrets"])
def test_a_route_without_an_entry_cannot_be_built(path: str) -> None:
    router = APIRouter(route_class=GuardedRoute)

    def leak() -> str:
        return "secret"

    with pytest.raises(KeyError):
        router.add_api_route(path, leak, methods=["GET"])


def test_a_method_without_an_entry_cannot_be_built() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(KeyError):
        router.add_api_route("/search", lambda: "", methods=["POST", "GET"])


@pytest.mark.parametrize(("method", "path"), list(SCOPES))
def test_the_alias_needs_the_same_scope(method: str, path: str) -> None:
    assert scope_of(method, path) is scope_of(method, VERSION_PREFIX + path)
