"""Access tokens: nothing but a token we signed, for us, in time, is a caller."""

import base64
import hmac
import json
from datetime import timedelta
from hashlib import sha256, sha384, sha512
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from catalystindex.config.sections import SecuritySettings
from catalystindex.model.clock import FixedClock
from catalystindex.model.errors import InvalidToken
from catalystindex.security.keys import key_set
from catalystindex.security.scopes import ALL_SCOPES, Scope
from catalystindex.security.tokens import (
    MAX_TOKEN_CHARS,
    Principal,
    TokenIssuer,
    TokenVerifier,
)
from support.stores import ANA, NOON, noon_clock

KEY = OKPKey.generate_key("Ed25519", auto_kid=True)
SETTINGS = SecuritySettings()
NOW = int(NOON.timestamp())
CLAIMS: dict[str, object] = {
    "iss": "catalystindex",
    "aud": "catalystindex-api",
    "sub": "ana",
    "org": "acme",
    "wsp": "aml",
    "scope": "search",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 60,
    "jti": "t-1",
}
HEADER: dict[str, object] = {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid}
TIMES = ("iat", "nbf", "exp")


def verifier(key: Key = KEY, **settings: Any) -> TokenVerifier:  # noqa: ANN401  # settings of any type
    return TokenVerifier(key_set(key), SecuritySettings(**settings), noon_clock())


def signed(claims: dict[str, object], key: Key = KEY, **header: object) -> str:
    merged = HEADER | {"kid": key.kid} | header
    kept = {name: value for name, value in merged.items() if value is not None}
    return jwt.encode(kept, claims, key, algorithms=[str(kept["alg"])])


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def encoded(fields: dict[str, object]) -> str:
    return b64(json.dumps(fields).encode())


def hand_signed(header: bytes, claims: bytes) -> str:
    """Sign what the library would refuse to write."""
    body = f"{b64(header)}.{b64(claims)}"
    private = KEY.private_key
    assert isinstance(private, Ed25519PrivateKey)
    return f"{body}.{b64(private.sign(body.encode()))}"


def refused(token: str, by: TokenVerifier | None = None) -> InvalidToken:
    with pytest.raises(InvalidToken) as caught:
        (by or verifier()).verify(token)
    return caught.value


class TestIssue:
    def test_an_issued_token_verifies_to_its_tenant_and_scopes(self) -> None:
        scopes = frozenset({Scope.SEARCH, Scope.AUDIT_READ})
        issued = TokenIssuer(KEY, SETTINGS, noon_clock()).issue(ANA, scopes)
        assert verifier().verify(issued.token) == Principal(ANA, scopes, issued.token_id)
        assert issued.expires_in == 3600

    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [(ECKey.generate_key("P-256"), "ES256"), (RSAKey.generate_key(2048), "RS256")],
        ids=["EC", "RSA"],
    )
    def test_other_kinds_of_key_sign_too(self, key: Key, algorithm: str) -> None:
        key.ensure_kid()
        settings = SecuritySettings(algorithms=(algorithm,))
        issued = TokenIssuer(key, settings, noon_clock()).issue(ANA, ALL_SCOPES)
        assert verifier(key, algorithms=(algorithm,)).verify(issued.token).tenant == ANA

    def test_no_two_tokens_share_an_id(self) -> None:
        issuer = TokenIssuer(KEY, SETTINGS, noon_clock())
        assert len({issuer.issue(ANA, ALL_SCOPES).token_id for _ in range(20)}) == 20

    def test_a_token_lives_as_long_as_asked(self) -> None:
        clock = noon_clock()
        issued = TokenIssuer(KEY, SETTINGS, clock).issue(ANA, ALL_SCOPES, timedelta(seconds=60))
        exact = TokenVerifier(key_set(KEY), SecuritySettings(leeway=0), clock)
        clock.advance(timedelta(seconds=59))
        assert exact.verify(issued.token).tenant == ANA
        clock.advance(timedelta(seconds=1))
        refused(issued.token, exact)


class TestClaims:
    def test_a_token_signed_by_hand_is_as_good_as_one_of_the_library(self) -> None:
        token = hand_signed(json.dumps(HEADER).encode(), json.dumps(CLAIMS).encode())
        assert verifier().verify(token).tenant == ANA

    def test_the_claims_these_tests_spoil_are_good_ones(self) -> None:
        principal = verifier().verify(signed(CLAIMS))
        assert principal == Principal(ANA, frozenset({Scope.SEARCH}), "t-1")

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": NOW - 31},
            {"exp": NOW - 30},
            {"nbf": NOW + 31},
            {"iat": NOW + 31},
            {"aud": "another-api"},
            {"aud": []},
            {"aud": ["another-api"]},
            {"aud": "catalystindex-api "},
            {"aud": None},
            {"iss": "another-issuer"},
            {"iss": "Catalystindex"},
            {"iss": None},
            {"exp": "never"},
            {"exp": None},
            {"exp": True},
            {"exp": str(NOW + 60)},
            {"nbf": "now"},
            {"iat": None},
            {"sub": None},
            {"sub": 5},
            {"sub": ""},
            {"sub": ["ana"]},
            {"org": "acme/aml"},
            {"org": "../acme"},
            {"org": ""},
            {"org": None},
            {"org": ["acme"]},
            {"wsp": "*"},
            {"wsp": "aml/"},
            {"wsp": {"a": "b"}},
            {"jti": 7},
            {"scope": None},
            {"scope": ["search"]},
        ],
        ids=repr,
    )
    def test_a_token_with_a_wrong_claim_is_refused(self, change: dict[str, object]) -> None:
        refused(signed(CLAIMS | change))

    @pytest.mark.parametrize(
        "name", ["iss", "aud", "sub", "org", "wsp", "scope", "iat", "exp", "jti"]
    )
    def test_a_token_without_a_required_claim_is_refused(self, name: str) -> None:
        refused(signed({key: value for key, value in CLAIMS.items() if key != name}))

    @pytest.mark.parametrize(
        "change",
        [
            {"exp": NOW - 29},
            {"nbf": NOW + 30},
            {"iat": NOW + 30},
            {"aud": ["x", "catalystindex-api"]},
        ],
        ids=repr,
    )
    def test_small_skew_and_several_audiences_are_fine(self, change: dict[str, object]) -> None:
        assert verifier().verify(signed(CLAIMS | change)).tenant == ANA

    def test_not_before_is_optional(self) -> None:
        claims = {key: value for key, value in CLAIMS.items() if key != "nbf"}
        assert verifier().verify(signed(claims)).tenant == ANA

    def test_unknown_scopes_grant_nothing(self) -> None:
        principal = verifier().verify(signed(CLAIMS | {"scope": "admin * SEARCH"}))
        assert principal.scopes == frozenset()

    def test_a_token_expires_as_time_passes(self) -> None:
        clock = FixedClock(NOON)
        by = TokenVerifier(key_set(KEY), SETTINGS, clock)
        token = signed(CLAIMS)
        clock.advance(timedelta(seconds=60 + 29))
        assert by.verify(token).tenant == ANA
        clock.advance(timedelta(seconds=1))
        refused(token, by)

    def test_the_answer_does_not_tell_which_check_failed(self) -> None:
        bad = [signed(CLAIMS | {"exp": 0}), signed(CLAIMS | {"iss": "x"}), "garbage", ""]
        assert {(error.detail, str(error.context)) for error in map(refused, bad)} == {
            (InvalidToken.title, "{}")
        }


class TestSignature:
    def test_a_token_signed_by_another_key_is_refused(self) -> None:
        thief = OKPKey.generate_key("Ed25519")
        refused(signed(CLAIMS, thief, kid=KEY.kid))
        refused(signed(CLAIMS, thief, kid=None))
        thief.ensure_kid()
        refused(signed(CLAIMS, thief))

    def test_a_key_that_the_token_brings_along_is_not_trusted(self) -> None:
        thief = OKPKey.generate_key("Ed25519")
        refused(signed(CLAIMS, thief, kid=None, jwk=thief.as_dict(private=False)))

    @pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE"])
    def test_an_unsigned_token_is_refused(self, alg: str) -> None:
        body = (
            f"{b64(json.dumps(HEADER | {'alg': alg}).encode())}.{b64(json.dumps(CLAIMS).encode())}"
        )
        signature = signed(CLAIMS).rpartition(".")[2]
        for token in (body, f"{body}.", f"{body}.{signature}"):
            refused(token)

    def test_a_token_without_its_signature_is_refused(self) -> None:
        body = signed(CLAIMS).rpartition(".")[0]
        refused(body)
        refused(f"{body}.")

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    def test_the_public_key_is_never_taken_for_a_shared_secret(self, algorithm: str) -> None:
        """Algorithm confusion: everyone knows the public key, in each of these spellings."""
        public = KEY.public_key
        spellings = [
            public.public_bytes(Encoding.Raw, PublicFormat.Raw),
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(KEY.as_dict(private=False)).encode(),
            str(KEY.as_dict(private=False)["x"]).encode(),
        ]
        digest = {"HS256": sha256, "HS384": sha384, "HS512": sha512}[algorithm]
        body = f"{encoded(HEADER | {'alg': algorithm})}.{encoded(CLAIMS)}"
        for spelling in spellings:
            refused(f"{body}.{b64(hmac.digest(spelling, body.encode(), digest))}")

    def test_an_algorithm_that_is_not_accepted_is_refused_whoever_signed(self) -> None:
        key = RSAKey.generate_key(2048, auto_kid=True)
        accepted = signed(CLAIMS, key, alg="PS256")
        assert verifier(key, algorithms=("PS256",)).verify(accepted).tenant == ANA
        refused(signed(CLAIMS, key, alg="RS256"), verifier(key, algorithms=("PS256",)))

    @pytest.mark.parametrize("header", [{"typ": typ} for typ in ("JWT", "jwt", "", 5, None)] + [{}])
    def test_a_token_of_another_type_is_refused(self, header: dict[str, object]) -> None:
        untyped: dict[str, object] = {"alg": "Ed25519", "kid": KEY.kid}
        refused(hand_signed(json.dumps(untyped | header).encode(), json.dumps(CLAIMS).encode()))


HEADERS = [
    b"null", b"5", b'"x"', b"[]", b"{}", b"\xff", b"{", b"[" * 3000, b'{"a":' * 1000,
    b'{"alg":null}', b'{"alg":[]}', b'{"alg":{}}', b'{"alg":1e999}',
    b'{"alg":"Ed25519","kid":5}', b'{"alg":"Ed25519","kid":["a"]}',
    b'{"alg":"Ed25519","crit":["b64"],"b64":false}', b'{"alg":"Ed25519","crit":5}',
    b'{"alg":"Ed25519","jwk":{}}', b'{"alg":"Ed25519","x5c":1}', b'{"alg":"dir","enc":"A128GCM"}',
]  # fmt: skip


class TestGarbage:
    @pytest.mark.parametrize("header", HEADERS, ids=lambda header: repr(header)[:40])
    def test_a_strange_header_is_refused(self, header: bytes) -> None:
        _, payload, signature = signed(CLAIMS).split(".")
        for rest in (f"{payload}.{signature}", f"..{payload}.{signature}", payload, f"{payload}."):
            refused(f"{b64(header)}.{rest}")

    @pytest.mark.parametrize("claims", [b"null", b"5", b"[]", b"\xff", b"[" * 3000, b'"x"', b""])
    def test_a_signed_payload_that_is_no_object_is_refused(self, claims: bytes) -> None:
        refused(hand_signed(json.dumps(HEADER).encode(), claims))

    @pytest.mark.parametrize(
        "token",
        ["", " ", ".", "..", "...", "....", "é.é.é", "\ud800", "\0\0", "a.b.c", "\U0001f600" * 9],
        ids=ascii,
    )
    def test_garbage_is_refused(self, token: str) -> None:
        refused(token)

    @pytest.mark.parametrize("extra", ["é", "\ud800", "\n", " ", "=", ".", "A"], ids=ascii)
    def test_a_good_token_with_something_attached_is_refused(self, extra: str) -> None:
        refused(signed(CLAIMS) + extra)
        refused(extra + signed(CLAIMS))

    def test_a_huge_token_is_refused_unread(self) -> None:
        refused("a" * (MAX_TOKEN_CHARS + 1))
        refused(signed(CLAIMS | {"padding": "x" * MAX_TOKEN_CHARS}))

    @given(st.text(max_size=200))
    def test_no_text_verifies(self, text: str) -> None:
        refused(text)


@given(data=st.data())
def test_a_mutated_token_never_verifies_to_other_claims(data: st.DataObject) -> None:
    token = signed(CLAIMS)
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, min(len(token), start + 8)))
    alphabet = st.characters(codec="ascii") | st.sampled_from("._-=AZaz09é")
    mutated = token[:start] + data.draw(st.text(alphabet, max_size=8)) + token[end:]
    try:
        principal = verifier().verify(mutated)
    except InvalidToken:
        return
    # Base64 leaves the last bits of a segment unused, so another spelling may hold the same bytes.
    assert principal == verifier().verify(token)
    assert jwt.decode(mutated, KEY, algorithms=["Ed25519"]).claims == CLAIMS


@given(
    claims=st.dictionaries(
        st.sampled_from(sorted(CLAIMS)),
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text()),
        min_size=1,
    )
)
def test_signed_claims_of_any_shape_verify_or_are_refused(claims: dict[str, object]) -> None:
    """Whatever an issuer that shares our key writes, the only failure is `InvalidToken`."""
    try:
        principal = verifier().verify(signed(CLAIMS | claims))
    except InvalidToken:
        return
    expected = CLAIMS | claims
    tenant = principal.tenant
    assert (tenant.organisation, tenant.workspace, tenant.user, principal.token_id) == tuple(
        expected[name] for name in ("org", "wsp", "sub", "jti")
    )
    assert not any(isinstance(expected[name], str | bool) for name in TIMES)
