"""Access tokens: signed JWTs (RFC 7519, profile RFC 9068) that name a tenant and scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from catalystindex.config.sections import SecuritySettings
from catalystindex.model.clock import Clock
from catalystindex.model.errors import Forbidden, InvalidToken
from catalystindex.model.tenant import Tenant
from catalystindex.security.scopes import Scope, format_scopes, parse_scopes
from catalystindex.security.tenants import make_tenant

TOKEN_TYPE = "at+jwt"  # noqa: S105  # the media type of RFC 9068, not a secret
MAX_TOKEN_CHARS = 8192
ALGORITHM_OF_KEY = {"OKP": "Ed25519", "EC": "ES256", "RSA": "RS256"}


@dataclass(frozen=True)
class Principal:
    """A verified caller."""

    tenant: Tenant
    scopes: frozenset[Scope]
    token_id: str

    def require(self, scope: Scope) -> None:
        """Raise `Forbidden` unless the token carries ``scope``."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs the scope {scope.value!r}.", scope=scope.value)


@dataclass(frozen=True)
class IssuedToken:
    """A new token, and the id under which the audit log knows it."""

    token: str
    token_id: str
    expires_in: int


class TokenIssuer:
    """Signs tokens with the key of this installation."""

    def __init__(self, key: Key, settings: SecuritySettings, clock: Clock) -> None:
        self._key, self._settings, self._clock = key, settings, clock

    def issue(
        self, tenant: Tenant, scopes: frozenset[Scope], ttl: timedelta | None = None
    ) -> IssuedToken:
        """Return a token for ``tenant`` that lives for ``ttl`` (default: the setting)."""
        life = int((ttl or timedelta(seconds=self._settings.token_ttl)).total_seconds())
        now = int(self._clock.now().timestamp())
        token_id = token_hex(16)
        claims: dict[str, object] = {
            "iss": self._settings.issuer,
            "aud": self._settings.audience,
            "sub": tenant.user,
            "org": tenant.organisation,
            "wsp": tenant.workspace,
            "scope": format_scopes(scopes),
            "iat": now,
            "nbf": now,
            "exp": now + life,
            "jti": token_id,
        }
        algorithm = ALGORITHM_OF_KEY[self._key.key_type]
        header = {"alg": algorithm, "typ": TOKEN_TYPE, "kid": self._key.kid}
        token = jwt.encode(header, claims, self._key, algorithms=[algorithm])
        return IssuedToken(token, token_id, life)


class TokenVerifier:
    """Checks signature, algorithm, issuer, audience and times of a token."""

    def __init__(self, keys: KeySet, settings: SecuritySettings, clock: Clock) -> None:
        self._keys, self._settings, self._clock = keys, settings, clock

    def verify(self, token: str) -> Principal:
        """Return the caller a token stands for.

        Raises `InvalidToken` whatever is wrong: the answer does not teach an attacker which
        check failed beyond what the standard error codes say.
        """
        if len(token) > MAX_TOKEN_CHARS:
            raise InvalidToken
        try:
            decoded = jwt.decode(token, self._keys, algorithms=list(self._settings.algorithms))
            self._claims_rules().validate(decoded.claims)
            return _principal(decoded.header, decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidToken from error

    def _claims_rules(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=int(self._settings.leeway),
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            jti={"essential": True},
        )


def _principal(header: dict[str, object], claims: dict[str, object]) -> Principal:
    if header.get("typ") != TOKEN_TYPE:
        raise ValueError("not an access token")
    sub, org, wsp, jti = _strings(claims, ("sub", "org", "wsp", "jti"))
    (scope,) = _strings(claims, ("scope",))
    return Principal(make_tenant(org, wsp, sub), parse_scopes(scope), jti)


def _strings(claims: dict[str, object], names: Sequence[str]) -> list[str]:
    values = [claims[name] for name in names]
    if not all(isinstance(value, str) for value in values):
        raise TypeError("a claim is not text")
    return [str(value) for value in values]
