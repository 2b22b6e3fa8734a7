"""The signing key: made once, kept in a file that only its owner reads. There is no default."""

import json
import os
import stat
from pathlib import Path
from secrets import token_hex

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from catalystindex.model.errors import ConfigurationError

KEY_MODE = 0o600
KEY_FILE = "signing-key.json"
SIGNING_CURVES = ("Ed25519", "P-256", "")
"""Curves of the algorithms that `tokens` signs with; RSA has none."""


def load_or_create_key(path: Path) -> Key:
    """Return the private key at ``path``, making one if there is none.

    A new key is Ed25519 (RFC 8037, RFC 9864). Raises `ConfigurationError` when the file is
    readable by others or is not a private JWK.
    """
    if not path.exists():
        _create_key(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigurationError(
            f"The key file {path} has mode {mode:04o}; others must not read it: chmod 600 {path}.",
            key="security.key_file",
        )
    return _read_key(path)


def key_set(key: Key) -> KeySet:
    """Return the set that verifies tokens signed with ``key``."""
    return KeySet([key])


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
    body = json.dumps(key.as_dict(private=True), sort_keys=True)
    draft = path.with_name(f".{path.name}.{token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename overwrites: of two first starts, one key wins.
        if not path.exists():
            os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _read_key(path: Path) -> Key:
    try:
        fields = json.loads(path.read_text("utf-8"))
        kinds: dict[str, type[OKPKey | ECKey | RSAKey]] = {
            "OKP": OKPKey,
            "EC": ECKey,
            "RSA": RSAKey,
        }
        key = kinds[fields["kty"]].import_key(fields)
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise ConfigurationError(
            f"The key file {path} does not hold a JSON Web Key.", key="security.key_file"
        ) from error
    if not key.is_private:
        raise ConfigurationError(
            f"The key in {path} is not a private key.", key="security.key_file"
        )
    if key.get("crv", "") not in SIGNING_CURVES:
        raise ConfigurationError(
            f"The key in {path} is of a kind that does not sign tokens here.",
            key="security.key_file",
        )
    key.ensure_kid()
    return key
