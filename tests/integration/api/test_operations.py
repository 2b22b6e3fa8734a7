"""Liveness, readiness and metrics."""

import re

import httpx
import pytest

from catalystindex import __version__
from catalystindex.model.health import CheckState, Readiness
from catalystindex.security.scopes import Scope
from support.server import LiveServer, ingest, make_base, problem_of


@pytest.mark.parametrize("path", ["/health", "/v1/health"])
def test_the_process_says_that_it_lives(nobody: httpx.Client, path: str) -> None:
    assert nobody.get(path).json() == {"status": "ok", "version": __version__}


@pytest.mark.parametrize("path", ["/ready", "/v1/ready"])
def test_every_part_is_ready_and_says_what_it_is(nobody: httpx.Client, path: str) -> None:
    response = nobody.get(path)
    found = Readiness.model_validate_json(response.content)
    assert response.status_code == 200
    assert found.ready
    names = ["records", "vectors", "embedding", "queue", "workers", "events"]
    assert [check.name for check in found.checks] == names
    assert {check.state for check in found.checks} == {CheckState.OK}
    assert all(check.detail for check in found.checks)


def test_readiness_tells_the_public_no_paths_and_no_names(
    server: LiveServer, nobody: httpx.Client, ana: httpx.Client
) -> None:
    make_base(ana, "larkspur")
    text = nobody.get("/ready").text
    assert str(server.owner.settings.data_dir) not in text
    assert "larkspur" not in text


def test_metrics_need_their_scope(server: LiveServer, nobody: httpx.Client) -> None:
    problem_of(nobody.get("/metrics"), 401, "auth.unauthenticated")
    problem_of(server.caller("m", Scope.SEARCH).get("/metrics"), 403, "auth.forbidden")
    response = server.caller("m", Scope.METRICS_READ).get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")


def test_requests_are_counted_by_route_and_never_by_path(ana: httpx.Client) -> None:
    ana.get("/v1/documents/0123456789abcdef")
    ana.get("/v1/no-such-place-77")
    text = ana.get("/metrics").text
    counted = [line for line in text.splitlines() if re.match(r"catalyst\w*requests\w*total", line)]
    assert any("/documents/{document_id}" in line and '"404"' in line for line in counted)
    assert any('"(none)"' in line and '"404"' in line for line in counted)
    assert "0123456789abcdef" not in text
    assert "no-such-place-77" not in text


def test_indexed_documents_are_counted(ana: httpx.Client) -> None:
    line = re.compile(r'^catalyst\w*documents\w*_total\{\w+="indexed"\} (\S+)$', re.MULTILINE)

    def indexed() -> float:
        found = line.search(ana.get("/metrics").text)
        return float(found[1]) if found else 0.0

    make_base(ana)
    before = indexed()
    ingest(ana, "one more")
    assert indexed() == before + 1


def test_metrics_name_no_tenant(ana: httpx.Client, workspace: str) -> None:
    make_base(ana, "larkspur")
    text = ana.get("/metrics").text
    assert "larkspur" not in text
    assert f'"{workspace}"' not in text
    assert "acme" not in text
