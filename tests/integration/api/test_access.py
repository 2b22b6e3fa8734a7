"""Who may call: every guarded route, under both its paths, against every bad token we know."""

import base64
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import OKPKey

from catalystindex.api.access import PUBLIC, SCOPES
from catalystindex.security.keys import load_or_create_key
from catalystindex.security.scopes import ALL_SCOPES, Scope
from support.server import LiveServer, problem_of, tenant_of

GUARDED = sorted(place for place, scope in SCOPES.items() if scope is not PUBLIC)
OPEN = sorted(place for place, scope in SCOPES.items() if scope is PUBLIC)
PREFIXES = ("/v1", "")
MISSING = "0" * 32

Claims = dict[str, object]


def path_of(template: str) -> str:
    return re.sub(r"{\w+}", MISSING, template)


def claims(**changes: object) -> Claims:
    now = int(time.time())
    made: Claims = {
        "iss": "catalystindex",
        "aud": "catalystindex-api",
        "sub": "ana",
        "org": "acme",
        "wsp": "forged",
        "scope": " ".join(ALL_SCOPES),
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "00",
    }
    return made | changes


@pytest.fixture(scope="module")
def sign(server: LiveServer) -> Callable[[Claims], str]:
    """Signs claims with the server's own key: all but the claims is right."""
    key = load_or_create_key(server.owner.settings.data_dir / "signing-key.json")
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}
    return lambda made: jwt.encode(header, made, key, algorithms=["Ed25519"])


@pytest.fixture(scope="module")
def bad_tokens(server: LiveServer, sign: Callable[[Claims], str]) -> dict[str, str]:
    now = int(time.time())
    key = load_or_create_key(server.owner.settings.data_dir / "signing-key.json")
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(key.kid)})
    header = {"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}
    good = sign(claims())
    return {
        "not a token": "not-a-token",
        "expired": sign(claims(iat=now - 900, nbf=now - 900, exp=now - 300)),
        "not yet valid": sign(claims(nbf=now + 300)),
        "from the future": sign(claims(iat=now + 300, nbf=now + 300)),
        "other audience": sign(claims(aud="another-api")),
        "other issuer": sign(claims(iss="https://elsewhere.example")),
        "no audience": sign({k: v for k, v in claims().items() if k != "aud"}),
        "no end": sign({k: v for k, v in claims().items() if k != "exp"}),
        "workspace with a path": sign(claims(wsp="../acme")),
        "workspace that is no text": sign(claims(wsp=["a"])),
        "other key": jwt.encode(header, claims(), stranger, algorithms=["Ed25519"]),
        "changed claims": _with_claims(good, claims(wsp="elsewhere")),
        "no signature": good.rpartition(".")[0] + ".",
        "algorithm none": _unsigned(claims()),
        "public key as a secret": _symmetric(key.as_dict(private=False), claims()),
        "an id token": jwt.encode({**header, "typ": "JWT"}, claims(), key, algorithms=["Ed25519"]),
        "very long": good + "A" * 9000,
    }


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "template"), GUARDED)
def test_a_guarded_route_refuses_a_caller_without_a_token(
    nobody: httpx.Client, method: str, template: str, prefix: str
) -> None:
    response = nobody.request(method, prefix + path_of(template))
    problem_of(response, 401, "auth.unauthenticated")
    assert response.headers["www-authenticate"] == 'Bearer realm="catalystindex"'


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "template"), GUARDED)
def test_a_guarded_route_refuses_every_bad_token(
    nobody: httpx.Client, bad_tokens: dict[str, str], method: str, template: str, prefix: str
) -> None:
    for name, token in bad_tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        response = nobody.request(method, prefix + path_of(template), headers=headers)
        assert response.status_code == 401, name
        problem = problem_of(response, 401, "auth.invalid_token")
        assert problem["detail"] == "The access token is not valid", "it must not teach"
        challenge = response.headers["www-authenticate"]
        assert challenge == 'Bearer realm="catalystindex", error="invalid_token"'


@pytest.mark.parametrize("value", ["", "Bearer", "Basic YW5hOmFuYQ==", "Token x"])
def test_a_malformed_authorization_header_is_no_token(nobody: httpx.Client, value: str) -> None:
    response = nobody.get("/v1/documents", headers={"Authorization": value})
    problem_of(response, 401, "auth.unauthenticated")


def test_a_bearer_scheme_is_known_in_any_case(server: LiveServer, nobody: httpx.Client) -> None:
    for scheme in ("bearer", "BEARER", "Bearer"):
        headers = {"Authorization": f"{scheme} {server.token('case')}"}
        assert nobody.get("/v1/documents", headers=headers).status_code == 200


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "template"), GUARDED)
def test_a_guarded_route_needs_its_scope_and_all_others_do_not_help(
    server: LiveServer, method: str, template: str, prefix: str
) -> None:
    needed = SCOPES[method, template]
    assert needed is not None
    others = server.caller("scopes", *(ALL_SCOPES - {needed}))
    response = others.request(method, prefix + path_of(template))
    problem = problem_of(response, 403, "auth.forbidden")
    assert problem["context"] == {"scope": needed.value}
    challenge = response.headers["www-authenticate"]
    assert challenge == 'Bearer realm="catalystindex", error="insufficient_scope"'


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "template"), GUARDED)
def test_a_guarded_route_needs_no_scope_but_its_own(
    server: LiveServer, method: str, template: str, prefix: str
) -> None:
    needed = SCOPES[method, template]
    assert needed is not None
    response = server.caller("alone", needed).request(method, prefix + path_of(template))
    assert response.status_code in (200, 404, 409, 422)
    if response.status_code == 409:
        assert response.json()["code"] == "job.not_retryable"
    if response.status_code == 404:
        assert response.json()["code"].endswith(("not_found", "unknown"))
        assert not response.json()["code"].startswith("http.")


def test_a_token_without_any_known_scope_may_do_nothing(
    nobody: httpx.Client, sign: Callable[[Claims], str]
) -> None:
    token = sign(claims(scope="admin root *"))
    response = nobody.get("/v1/documents", headers={"Authorization": f"Bearer {token}"})
    problem_of(response, 403, "auth.forbidden")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "path"), OPEN)
def test_a_public_route_asks_for_no_token(
    nobody: httpx.Client, method: str, path: str, prefix: str
) -> None:
    assert nobody.request(method, prefix + path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/ingest", "/v1/ingest/upload", "/v1/search", "/v1/knowledge-bases"]
)
def test_the_token_is_checked_before_a_large_body_is_read(nobody: httpx.Client, path: str) -> None:
    """A body forty times over the limit is answered by 401: had it been read, it would be 413."""

    def body() -> Iterator[bytes]:
        for _ in range(160):
            yield b"x" * 65536

    problem_of(nobody.post(path, content=body()), 401, "auth.unauthenticated")
    problem_of(nobody.post(path, content=b"x" * 10_000_000), 401, "auth.unauthenticated")


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "multipart/form-data"]
)
@pytest.mark.parametrize("path", ["/v1/ingest", "/v1/ingest/upload", "/v1/search"])
def test_the_token_is_checked_before_a_malformed_body_is_read(
    nobody: httpx.Client, path: str, kind: str
) -> None:
    response = nobody.post(path, content=b'{"broken', headers={"Content-Type": kind})
    problem_of(response, 401, "auth.unauthenticated")


def test_the_scope_is_checked_before_the_body_is_read(server: LiveServer) -> None:
    reader = server.caller("reader", Scope.DOCUMENTS_READ)
    response = reader.post("/v1/ingest", content=b'{"broken')
    problem_of(response, 403, "auth.forbidden")


def test_a_token_lives_as_long_as_it_says(server: LiveServer, nobody: httpx.Client) -> None:
    # The leeway for skewed clocks is 30 s: what ended a minute ago has ended.
    ended = server.token("short", ttl=timedelta(seconds=-60))
    response = nobody.get("/v1/documents", headers={"Authorization": f"Bearer {ended}"})
    problem_of(response, 401, "auth.invalid_token")


def test_the_tenant_comes_from_the_token_alone(server: LiveServer, ana: httpx.Client) -> None:
    smuggled = {"X-Tenant": "acme/other", "X-Workspace": "other", "X-Forwarded-User": "root"}
    response = ana.post(
        "/v1/knowledge-bases?workspace=other&tenant=other", json={"name": "mine"}, headers=smuggled
    )
    assert response.status_code == 201
    assert (
        server.owner.library.knowledge_bases(tenant_of("other"), cursor=None, limit=10).items == []
    )


def test_a_body_may_not_name_a_tenant(ana: httpx.Client) -> None:
    body = {"name": "mine", "tenant": "acme/other"}
    problem = problem_of(ana.post("/v1/knowledge-bases", json=body), 422, "request.invalid")
    assert [error["field"] for error in problem["errors"]] == ["tenant"]


def _segment(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _with_claims(token: str, made: Claims) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_segment(made)}.{signature}"


def _unsigned(made: Claims) -> str:
    return f"{_segment({'alg': 'none', 'typ': 'at+jwt'})}.{_segment(made)}."


def _symmetric(public: Mapping[str, object], made: Claims) -> str:
    """Sign with the public key as if it were a shared secret: the classic confusion."""
    raw = base64.urlsafe_b64decode(str(public["x"]) + "==")
    pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    header = _segment({"alg": "HS256", "typ": "at+jwt", "kid": public.get("kid")})
    signed = f"{header}.{_segment(made)}"
    return f"{signed}.{_segment(hmac.new(pem, signed.encode(), sha256).digest())}"
